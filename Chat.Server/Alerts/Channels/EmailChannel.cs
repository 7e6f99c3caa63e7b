using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Chat.Server.Alerts.Channels;

/// <summary>One mail for a group.</summary>
internal sealed class EmailChannel(SmtpOptions options) : INotificationChannel
{
    // The text has line ends and arrows, which would be hard to read as numbers; it is shown as text and nothing else.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Name => "email";

    public TimeSpan Timeout => options.Timeout;

    public ChannelFace Show(Notification notification) => new(
        "email",
        $"{options.Host}:{options.Port}, to {string.Join(", ", options.To.Select(Masked))}",
        Signed: false,
        JsonSerializer.Serialize(new { from = Masked(options.From), subject = EmailText.Subject(notification), text = EmailText.Plain(notification) }, Readable));

    public async Task SendAsync(Notification notification, CancellationToken cancellationToken)
    {
        using var message = new MailMessage
        {
            From = new MailAddress(options.From),
            Subject = EmailText.Subject(notification),
            Body = EmailText.Plain(notification),
            IsBodyHtml = false,
        };
        foreach (var to in options.To)
        {
            message.To.Add(to);
        }

        // Answers out of office to a machine help nobody.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(EmailText.Html(notification), new ContentType("text/html; charset=utf-8")));
        using var client = new SmtpClient(options.Host, options.Port) { EnableSsl = options.StartTls };
        if (options.User.Length > 0)
        {
            client.Credentials = new NetworkCredential(options.User, options.Password);
        }

        await client.SendMailAsync(message, cancellationToken);
    }

    /// <summary>Who it is, for those who know: o…@example.org.</summary>
    internal static string Masked(string address) => address.IndexOf('@', StringComparison.Ordinal) is > 0 and var at ? $"{address[0]}…{address[at..]}" : "…";
}
