using System.Net.Mail;
using Chat.Server.Alerts;
using Chat.Server.Alerts.Channels;
using Xunit;

namespace Chat.Tests.Alerts.Channels;

public sealed class EmailChannelTests
{
    [Fact]
    public async Task Send_AGroup_IsOneMailInTextAndEncodedHtml()
    {
        await using var server = new SmtpListener();
        var channel = new EmailChannel(Options(server));

        await channel.SendAsync(Notices.Sample(description: "<img src=x onerror=alert(1)> & more"), CancellationToken.None);

        var mail = Assert.Single(server.Mails);
        Assert.Equal(["RCPT TO:<ops@example.org>", "RCPT TO:<night@example.org>"], mail.To);
        Assert.Contains("Subject: [FIRING:1] DatabaseUnavailable (critical)", mail.Text);
        Assert.Contains("Auto-Submitted: auto-generated", mail.Text);
        var decoded = mail.Decoded;
        Assert.Contains("FIRING: The database does not answer.", decoded);
        Assert.Contains("RESOLVED: The database does not answer.", decoded);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt; &amp; more", decoded);
        Assert.Contains("https://wiki.example.org/chat#databaseunavailable", decoded);
    }

    [Fact]
    public async Task Send_ServerRefuses_HasNotGotThrough()
    {
        await using var server = new SmtpListener();
        server.Refusals.Enqueue("451 later");
        server.Refusals.Enqueue("451 later");
        var channel = new EmailChannel(Options(server));

        var thrown = await Assert.ThrowsAnyAsync<SmtpException>(() => channel.SendAsync(Notices.Sample(), CancellationToken.None));

        Assert.Equal("the mail server answered 451", ChannelProblem.Describe(thrown));
    }

    [Fact]
    public void Text_WithoutARunbook_SaysNothingOfOne()
    {
        var notice = Notices.Sample();
        notice = notice with { Alerts = [.. notice.Alerts.Select(a => a with { Annotations = new SortedDictionary<string, string> { ["summary"] = "Down." } })] };

        Assert.All((string[])[EmailText.Plain(notice), EmailText.Html(notice)], text => Assert.DoesNotContain("what to do", text));
    }

    [Fact]
    public void Subject_LineBreaksInARuleName_CannotAddHeaders() =>
        Assert.DoesNotContain("\n", EmailText.Subject(Notices.Sample("A\r\nBcc: x@example.org")));

    private static SmtpOptions Options(SmtpListener server) => new()
    {
        Host = "127.0.0.1",
        Port = server.Port,
        StartTls = false,
        From = "chat@example.org",
        To = ["ops@example.org", "night@example.org"],
    };
}
