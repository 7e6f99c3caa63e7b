using System.Globalization;
using System.Net;
using System.Text;

namespace Chat.Server.Alerts.Channels;

internal static class EmailText
{
    public static string Subject(Notification notification)
    {
        var count = notification.Alerts.Count(a => a.Firing == notification.Firing);
        var state = notification.Firing ? $"FIRING:{count}" : "RESOLVED";
        return $"[{state}] {notification.Rule} ({notification.Severity.Name()})".ReplaceLineEndings(" ");
    }

    public static string Plain(Notification notification)
    {
        var text = new StringBuilder();
        foreach (var alert in notification.Alerts)
        {
            text.Append(alert.Status.ToUpperInvariant()).Append(": ").AppendLine(alert.Annotations.GetValueOrDefault("summary", notification.Rule));
            text.Append("  ").AppendLine(alert.Annotations.GetValueOrDefault("description", ""));
            text.Append("  since ").AppendLine(Moment(alert.StartsAt));
            if (alert.EndsAt is { } end)
            {
                text.Append("  until ").AppendLine(Moment(end));
            }

            text.Append("  ").AppendLine(string.Join(", ", alert.Labels.Select(l => $"{l.Key}={l.Value}")));
            if (alert.Annotations.GetValueOrDefault("runbook_url") is { } runbook)
            {
                text.Append("  what to do: ").AppendLine(runbook);
            }

            text.AppendLine();
        }

        return text.Append(notification.ExternalUrl).AppendLine().ToString();
    }

    public static string Html(Notification notification)
    {
        var html = new StringBuilder("<!doctype html><html><body style=\"font-family:sans-serif\">");
        foreach (var alert in notification.Alerts)
        {
            html.Append("<h3>").Append(Encode(alert.Status.ToUpperInvariant())).Append(": ")
                .Append(Encode(alert.Annotations.GetValueOrDefault("summary", notification.Rule))).Append("</h3><p>")
                .Append(Encode(alert.Annotations.GetValueOrDefault("description", ""))).Append("<br>since ").Append(Moment(alert.StartsAt));
            if (alert.EndsAt is { } end)
            {
                html.Append("<br>until ").Append(Moment(end));
            }

            html.Append("</p><p>").Append(Encode(string.Join(", ", alert.Labels.Select(l => $"{l.Key}={l.Value}"))));
            if (alert.Annotations.GetValueOrDefault("runbook_url") is { } runbook)
            {
                html.Append("<br>what to do: ").Append(Encode(runbook));
            }

            html.Append("</p>");
        }

        return html.Append("<p><a href=\"").Append(Encode(notification.ExternalUrl)).Append("\">Alerts</a></p></body></html>").ToString();
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
