using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chat.Server.Alerts;
using Chat.Server.Alerts.Channels;
using Xunit;

namespace Chat.Tests.Alerts.Channels;

public sealed class WebhookChannelTests
{
    [Fact]
    public async Task Send_ToAReceiver_IsAlertmanagersFourthVersionSigned()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var channel = new WebhookChannel(new WebhookOptions { Name = "pager", Url = receiver.Url, Secret = "s3cret" });

        await channel.SendAsync(Notices.Sample(), CancellationToken.None);

        var call = Assert.Single(receiver.Calls);
        Assert.Equal("sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("s3cret"), call.Body)), call.Signature);
        Assert.Equal("application/json", call.ContentType);
        var body = JsonDocument.Parse(call.Body).RootElement;
        Assert.Equal(
            ["version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels", "commonAnnotations", "externalURL", "alerts"],
            body.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("4", "firing", "pager"), (body.GetProperty("version").GetString(), body.GetProperty("status").GetString(), body.GetProperty("receiver").GetString()));
        Assert.Equal("""{"alertname":"DatabaseUnavailable","severity":"critical"}""", body.GetProperty("groupLabels").GetRawText());
        Assert.Equal("""{"alertname":"DatabaseUnavailable","instance":"node-1","severity":"critical"}""", body.GetProperty("commonLabels").GetRawText());
        var (first, second) = (body.GetProperty("alerts")[0], body.GetProperty("alerts")[1]);
        Assert.Equal(
            ["status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"],
            first.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("2030-01-01T00:00:00.123Z", "0001-01-01T00:00:00Z"), (first.GetProperty("startsAt").GetString(), first.GetProperty("endsAt").GetString()));
        Assert.Equal(("resolved", "2030-01-01T00:01:00.123Z"), (second.GetProperty("status").GetString(), second.GetProperty("endsAt").GetString()));
    }

    [Theory]
    [InlineData(302)]
    [InlineData(500)]
    [InlineData(404)]
    public async Task Send_RefusedOrRedirected_HasNotGotThrough(int answer)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answers.Enqueue(answer);
        using var channel = new WebhookChannel(new WebhookOptions { Url = receiver.Url });

        var thrown = await Assert.ThrowsAsync<HttpRequestException>(() => channel.SendAsync(Notices.Sample(), CancellationToken.None));

        Assert.Equal((HttpStatusCode)answer, thrown.StatusCode);
        Assert.Empty(Assert.Single(receiver.Calls).Signature);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://0.0.0.0:80/")]
    public async Task Send_ToALinkLocalAddress_IsNotEvenTried(string url)
    {
        using var channel = new WebhookChannel(new WebhookOptions { Url = url });

        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => channel.SendAsync(Notices.Sample(), CancellationToken.None));

        Assert.Equal("the address is not allowed", ChannelProblem.Describe(thrown));
    }

    [Theory]
    [InlineData("169.254.169.254", true)]
    [InlineData("100.100.100.200", true)]
    [InlineData("fd00:ec2::254", true)]
    [InlineData("64:ff9b::a9fe:a9fe", true)]
    [InlineData("::ffff:169.254.1.1", true)]
    [InlineData("224.0.0.1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("93.184.216.34", false)]
    [InlineData("2001:db8::1", false)]
    public void IsBlocked_ByAddress_KeepsOutMetadataAndLetsReceiversIn(string address, bool blocked) =>
        Assert.Equal(blocked, WebhookAddress.IsBlocked(IPAddress.Parse(address)));
}
