using System.Globalization;
using System.Text.RegularExpressions;
using Chat.Contracts.Management;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;

namespace Chat.Tests.Management;

/// <summary>The numbers that alerts and the overview are made of come from what happens on the wire.</summary>
public sealed partial class MetricsTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    [Fact]
    public async Task Queue_OfAConnectionThatAcknowledgesNothing_AgesUntilItDoes()
    {
        var reader = $"reader-{Guid.NewGuid():N}";
        await using var alice = await bed.Server.ConnectAsync($"alice-{Guid.NewGuid():N}");
        await using var bob = await bed.Server.ConnectAsync(reader);
        var conversation = await alice.CreateAsync("direct", reader);
        await alice.SendAsync(conversation, Guid.NewGuid().ToString(), "hello");
        var seq = (await bob.EventAsync()).Seq!.Value;
        await alice.AckAsync(conversation, seq);

        await Eventually.TrueAsync(async () => await MetricAsync("chat_queue_oldest_age_seconds") > 1.5, "what is owed grows old");
        var row = Assert.Single((await bed.Viewer.ReadAsync<Page<QueueUserView>>($"{ManagementRoutes.QueueUsers}?q={reader}")).Items);
        Assert.Equal((1L, 0L), (row.InFlight, row.Pending));
        Assert.True(row.OldestSeconds > 1);
        Assert.True(await MetricAsync("""chat_queue_depth{state="inflight"}""") > 0);

        await bob.AckAsync(conversation, seq);

        await Eventually.TrueAsync(
            async () => Assert.Single((await bed.Viewer.ReadAsync<Page<QueueUserView>>($"{ManagementRoutes.QueueUsers}?q={reader}")).Items) is { InFlight: 0, OldestSeconds: 0 }, "nothing is owed");
        Assert.True(await MetricAsync("""chat_message_delivery_duration_seconds_count{stage="write"}""") > 0);
        await Eventually.TrueAsync(
            async () => await MetricAsync("""chat_message_delivery_duration_seconds_sum{stage="ack"}""") > 1.5, "the time until the acknowledgement is measured");
    }

    [Fact]
    public async Task Queued_ForADeviceThatWasAway_IsCountedWhenItComes()
    {
        var reader = $"reader-{Guid.NewGuid():N}";
        await using var alice = await bed.Server.ConnectAsync($"alice-{Guid.NewGuid():N}");
        var conversation = await alice.CreateAsync("direct", reader);
        for (var n = 0; n < 3; n++)
        {
            Assert.True((await alice.SendAsync(conversation, Guid.NewGuid().ToString(), "hello")).Ok);
        }

        var before = await MetricAsync("""chat_message_queued_total{reason="offline"}""");
        await using var bob = await bed.Server.ConnectAsync(reader);
        for (var n = 0; n < 3; n++)
        {
            await bob.EventAsync();
        }

        await Eventually.EqualAsync(before + 3, () => MetricAsync("""chat_message_queued_total{reason="offline"}"""), "what waited for it");
    }

    [Fact]
    public async Task AuthFailure_BadTokensAndKeys_AreCountedByReason()
    {
        await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(bed.Server.Address, TestTokens.For("mallory", key: "another-key-0123456789-0123456789-0123456789")));
        await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(bed.Server.Address, TestTokens.For("late", TimeSpan.FromHours(-1), ManagementBed.SigningKey)));
        await (await bed.Stranger.GetAsync(ManagementRoutes.Me)).RefusedAsync(401);
        foreach (var reason in (string[])["invalid", "expired", "management_key"])
        {
            await Eventually.TrueAsync(async () => await MetricAsync($$"""chat_auth_failure_total{reason="{{reason}}"}""") > 0, $"{reason} is counted");
        }
    }

    /// <summary>The sum of the series whose name and labels hold what is asked for.</summary>
    private async Task<double> MetricAsync(string series)
    {
        var name = series.Split('{')[0];
        var label = series.Contains('{') ? series[(name.Length + 1)..^1] : "";
        var text = await bed.Stranger.GetStringAsync("/metrics");
        return text.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ('{' or ' ') && line.Contains(label, StringComparison.Ordinal))
            .Select(line => double.Parse(Value().Match(line).Value, CultureInfo.InvariantCulture))
            .Sum();
    }

    [GeneratedRegex(@"[^ ]+$")]
    private static partial Regex Value();
}
