using Chat.Contracts.Management;
using Chat.Server.Health;

namespace Chat.Server.Management.Views;

/// <summary>Checks as the API tells them.</summary>
internal sealed class HealthViews(IHealthBook book)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    public HealthAnswer All()
    {
        var now = book.Current;
        return new()
        {
            Status = Words.Of(now.Level),
            Ready = now.Ready,
            LastChecked = book.LastChecked,
            Checks = [.. now.Entries.Select(View)],
        };
    }

    public IReadOnlyList<HealthReason> Reasons(HealthReport report) =>
    [
        .. report.Entries
            .Where(e => e.Level != HealthLevel.Healthy)
            .OrderBy(e => e.Level)
            .Select(e => new HealthReason(e.Name, Words.Of(e.Level), e.Description, Since(e.Name))),
    ];

    public DateTimeOffset? Since(string check) => book.History.Of(check) is [.., var last] ? last.From : null;

    private HealthCheckView View(HealthEntry entry)
    {
        var history = book.History;
        var stretches = history.Of(entry.Name);
        return new()
        {
            Name = entry.Name,
            Status = Words.Of(entry.Level),
            Description = entry.Description,
            DurationMilliseconds = entry.Duration.TotalMilliseconds,
            Tags = entry.Tags,
            Since = stretches is [.., var last] ? last.From : null,
            UptimeHour = history.Uptime(entry.Name, Hour),
            UptimeDay = history.Uptime(entry.Name, Day),
            UptimeWeek = history.Uptime(entry.Name, Week),
            History = [.. stretches.Select(s => new HealthStretchView(Words.Of(s.Level), s.Description, s.From, s.Until))],
        };
    }
}
