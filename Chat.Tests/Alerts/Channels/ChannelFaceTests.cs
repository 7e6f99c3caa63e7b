using Chat.Server.Alerts;
using Chat.Server.Alerts.Channels;
using Xunit;

namespace Chat.Tests.Alerts.Channels;

/// <summary>What is shown of a channel holds nothing that would let somebody use it.</summary>
public sealed class ChannelFaceTests
{
    private static readonly Notification Example = NotificationWriter.WriteExample(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero), firing: true);

    [Theory]
    [InlineData("https://hooks.example.org/services/T0/B0/secret", "https://hooks.example.org/…")]
    [InlineData("https://user:secret@hooks.example.org:8443/?token=secret", "https://hooks.example.org:8443/…")]
    [InlineData("http://pager/", "http://pager/")]
    [InlineData("nonsense secret", "…")]
    public void Webhook_Address_IsItsHostAlone(string url, string shown)
    {
        using var webhook = new WebhookChannel(new WebhookOptions { Name = "pager", Url = url, Secret = "secret" });
        var face = webhook.Show(Example);
        Assert.Equal((shown, true), (face.Target, face.Signed));
        Assert.DoesNotContain("secret", face.Payload, StringComparison.Ordinal);
    }

    [Fact]
    public void Email_Receivers_AreMasked()
    {
        var face = new EmailChannel(new SmtpOptions { Host = "mail.example.org", User = "u", Password = "secret", From = "chat@example.org", To = ["otto@example.org", "nonsense"] }).Show(Example);
        Assert.Equal("mail.example.org:587, to o…@example.org, …", face.Target);
        Assert.Contains("\"from\":\"c…@example.org\"", face.Payload, StringComparison.Ordinal);
        Assert.Contains("[FIRING:1] DatabaseUnavailable (critical)", face.Payload, StringComparison.Ordinal);
        Assert.DoesNotContain("otto", face.Payload + face.Target, StringComparison.Ordinal);
    }
}
