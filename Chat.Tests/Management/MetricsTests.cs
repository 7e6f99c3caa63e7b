using System.Globalization;
using System.Text.RegularExpressions;
using Chat.Contracts.Management;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Chat.Tests.Telemetry;

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
    public async Task Replay_OfWhatADeviceMissed_IsMeasuredWhenItHasEverything()
    {
        var reader = $"reader-{Guid.NewGuid():N}";
        await using var alice = await bed.Server.ConnectAsync($"alice-{Guid.NewGuid():N}");
        var conversation = await alice.CreateAsync("direct", reader);
        for (var n = 0; n < 3; n++)
        {
            Assert.True((await alice.SendAsync(conversation, Guid.NewGuid().ToString(), "hello")).Ok);
        }

        var replays = await MetricAsync("""chat_replay_duration_seconds_count{result="complete"}""");
        var events = await MetricAsync("""chat_replay_event_total{result="complete"}""");
        var active = await MetricAsync("chat_conversation_active");
        await using var bob = await bed.Server.ConnectAsync(reader);
        for (var n = 0; n < 3; n++)
        {
            await bob.EventAsync();
        }

        await Eventually.EqualAsync(events + 3, () => MetricAsync("""chat_replay_event_total{result="complete"}"""), "what was replayed");
        Assert.True(await MetricAsync("""chat_replay_duration_seconds_count{result="complete"}""") > replays);
        Assert.True(active >= 1, $"{active} conversations were followed while alice followed one");
    }

    [Fact]
    public async Task Size_OfABody_IsMeasuredOnTheWayInAndOut()
    {
        var reader = $"reader-{Guid.NewGuid():N}";
        await using var alice = await bed.Server.ConnectAsync($"alice-{Guid.NewGuid():N}");
        await using var bob = await bed.Server.ConnectAsync(reader);
        var conversation = await alice.CreateAsync("direct", reader);
        var (into, outOf) = (await LargeAsync("in"), await LargeAsync("out"));

        // Larger than anything else that this server is sent.
        Assert.True((await alice.SendAsync(conversation, Guid.NewGuid().ToString(), new string('x', 20_000))).Ok);
        await bob.EventAsync();

        await Eventually.EqualAsync(into + 1, () => LargeAsync("in"), "one large body came in");
        await Eventually.EqualAsync(outOf + 1, () => LargeAsync("out"), "and went out, once for two connections");

        async Task<double> LargeAsync(string direction) =>
            await MetricAsync($$"""chat_message_size_bytes_bucket{direction="{{direction}}",le="32768"}""")
            - await MetricAsync($$"""chat_message_size_bytes_bucket{direction="{{direction}}",le="16384"}""");
    }

    [Fact]
    public async Task Page_OfAServerAtWork_HasTheAgreedNamesAndIsLinted()
    {
        var reader = $"reader-{Guid.NewGuid():N}";
        await using var alice = await bed.Server.ConnectAsync($"alice-{Guid.NewGuid():N}");
        var conversation = await alice.CreateAsync("direct", reader);
        Assert.True((await alice.SendAsync(conversation, Guid.NewGuid().ToString(), "hello")).Ok);
        await using var bob = await bed.Server.ConnectAsync(reader);
        await bob.AckAsync(conversation, (await bob.EventAsync()).Seq!.Value);

        string[] agreed =
        [
            """chat_message_accepted_total{chat_message_type="message",delivery_class="durable"}""",
            """chat_message_delivered_total{delivery_path="live"}""",
            """chat_message_delivered_total{delivery_path="replay"}""",
            """chat_message_queued_total{reason="offline"}""",
            """chat_message_delivery_duration_seconds_count{delivery_path="live",stage="write"}""",
            """chat_message_persist_duration_seconds_count{outcome="stored"}""",
            """chat_message_size_bytes_sum{direction="in"}""",
            """chat_message_size_bytes_sum{direction="out"}""",
            """chat_replay_duration_seconds_count{result="complete"}""",
            """chat_replay_event_total{result="complete"}""",
            """chat_queue_depth{state="pending"}""",
            """chat_queue_depth{state="inflight"}""",
            "chat_queue_oldest_age_seconds",
            "chat_user_online",
            "chat_conversation_active",
            """chat_worker_count{state="healthy"}""",
            """chat_dependency_up{dependency="database"}""",
            """chat_dependency_check_duration_seconds_count{dependency="database"}""",
            "chat_backplane_mode{mode=",
            "chat_threadpool_queue_delay_seconds_count",
            """chat_memory_utilization_ratio{scope="container"}""",
            "signalr_server_active_connections{",
            "kestrel_active_connections{",
            "dotnet_gc_pause_time_seconds_total",
        ];
        string[] Missing(string text) => [.. agreed.Where(name => !text.Contains(name, StringComparison.Ordinal))];
        await Eventually.GetAsync(
            async () => string.Join(", ", Missing(await bed.Stranger.GetStringAsync("/metrics"))), missing => missing.Length == 0, "no name is missing");
        var page = await bed.Stranger.GetStringAsync("/metrics");
        var (code, output) = await Promtool.CheckAsync(page);
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task AuthFailure_BadTokensAndKeys_AreCountedByReason()
    {
        await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(bed.Server.Address, TestTokens.For("mallory", key: "another-key-0123456789-0123456789-0123456789")));
        await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(bed.Server.Address, TestTokens.For("late", TimeSpan.FromHours(-1), ManagementBed.SigningKey)));
        await (await bed.Stranger.GetAsync(ManagementRoutes.Me)).RefusedAsync(401);
        await (await bed.Viewer.GetAsync(ManagementRoutes.Audit)).RefusedAsync(403);
        await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(bed.Server.Address, TestTokens.For("alice", key: ManagementBed.SigningKey), origin: "https://evil.example"));
        var blocked = $"blocked-{Guid.NewGuid():N}";
        await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.UserBlock.With(blocked), new { reason = "a trial" });
        await Eventually.TrueAsync(
            async () => await Record.ExceptionAsync(() => WireClient.ConnectAsync(bed.Server.Address, TestTokens.For(blocked, key: ManagementBed.SigningKey))) is HandshakeRefusedException, "it is shut out");
        foreach (var reason in (string[])["invalid", "expired", "management_key", "management_role", "origin", "blocked"])
        {
            await Eventually.TrueAsync(async () => await MetricAsync($$"""chat_auth_failure_total{reason="{{reason}}"}""") > 0, $"{reason} is counted");
        }
    }

    [Fact]
    public async Task AuthFailure_TokensThatWereToReplaceAnother_AreCountedByReason()
    {
        var user = $"alice-{Guid.NewGuid():N}";
        await using var alice = await bed.Server.ConnectAsync(user);
        var (invalid, subject) = (await CountAsync("invalid"), await CountAsync("subject"));

        await alice.CallAsync("RefreshToken", new { token = "not.a.token" });
        await alice.CallAsync("RefreshToken", new { token = TestTokens.For("mallory", key: ManagementBed.SigningKey) });

        await Eventually.TrueAsync(async () => await CountAsync("invalid") > invalid && await CountAsync("subject") > subject, "both are counted");

        Task<double> CountAsync(string reason) => MetricAsync($$"""chat_auth_failure_total{reason="{{reason}}"}""");
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
