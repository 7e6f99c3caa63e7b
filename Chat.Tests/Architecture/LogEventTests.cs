using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Architecture;

public sealed class LogEventTests
{
    /// <summary>The hundred that each folder's or project's event ids begin with.</summary>
    private static readonly Dictionary<string, int> Ranges = new()
    {
        ["Chat.Server.Storage"] = 1000,
        ["Chat.Server.Messaging"] = 1100,
        ["Chat.Server.Hubs"] = 1100,
        ["Chat.Server.Delivery"] = 1200,
        ["Chat.Server.Access"] = 1300,
        ["Chat.Server.Sessions"] = 1300,
        ["Chat.Server.Realtime"] = 1400,
        ["Chat.Server.Failpoints"] = 1500,
        ["Chat.Server.Backplane"] = 2000,
        ["Chat.Server.Presence"] = 2100,
        ["Chat.Server.Workers"] = 3000,
        ["Chat.Server.Health"] = 3100,
        ["Chat.Server.Alerts"] = 3200,
        ["Chat.Server.Telemetry"] = 3300,
        ["Chat.Server.Management"] = 3400,
        ["Chat.Admin"] = 4000,
        ["Chat.Client"] = 5000,
    };

    private static readonly IReadOnlyList<LogEvent> Events =
        [.. from assembly in Assemblies()
            from type in assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            let message = method.GetCustomAttribute<LoggerMessageAttribute>()
            where message is not null
            select new LogEvent(message.EventId, message.EventName ?? method.Name, type.FullName!)];

    [Fact]
    public void Events_Ids_AreUnique() => Findings.None(Shared(Events.GroupBy(e => $"{e.Id}")));

    /// <summary>Within a program: the client's log is not the server's.</summary>
    [Fact]
    public void Events_Names_AreUnique() =>
        Findings.None(Shared(Events.GroupBy(e => $"{e.Name} of {string.Join('.', e.Where.Split('.').Take(2))}")));

    [Fact]
    public void Events_Ids_LieInTheRangeOfTheirFolder()
    {
        Assert.NotEmpty(Events);
        Findings.None(
            from e in Events
            let range = Ranges.SingleOrDefault(r => e.Where.StartsWith(r.Key + ".", StringComparison.Ordinal)).Value
            where e.Id < range || e.Id > range + 99 || range == 0
            select $"{e}, not in {range}–{range + 99}");
    }

    private static IEnumerable<string> Shared(IEnumerable<IGrouping<string, LogEvent>> groups) =>
        groups.Where(g => g.Count() > 1).Select(g => string.Join(" and ", g));

    private static IEnumerable<Assembly> Assemblies() =>
        ((string[])["Chat.Server", "Chat.Client", "Chat.Admin"])
            .Where(name => File.Exists(Path.Combine(AppContext.BaseDirectory, $"{name}.dll")))
            .Select(name => Assembly.Load(name));

    private sealed record LogEvent(int Id, string Name, string Where);
}
