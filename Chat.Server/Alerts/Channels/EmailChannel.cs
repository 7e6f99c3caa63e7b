using System.Net;
using System.Net.Mail;
using System.Net.Mime;

namespace Chat.Server.Alerts.Channels;

/// <summary>One mail for a group.</summary>
internal sealed class EmailChannel(SmtpOptions options) : INotificationChannel
{
    public string Name => "email";

    public TimeSpan Timeout => options.Timeout;

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
}
