using System.Diagnostics;
using Chat.Server.Storage;
using Chat.Tests.Delivery.Nodes;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;

namespace Chat.Tests.Hubs;

public sealed class TraceTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IDisposable
{
    private readonly Spans _spans = new();

    [Fact]
    public async Task Send_ThatIsRecorded_IsOneTraceOverCommitAndDelivery_AndReadsOfItAreStepsToo()
    {
        // Nothing is kept in memory: what comes late comes from the log.
        await using var server = await InProcessServer.StartAsync("Delivery:RecentEvents=0");
        await using var alice = await server.ConnectAsync("alice");
        await using var bob = await server.ConnectAsync("bob", "phone");
        var conversation = await alice.CreateAsync("direct", "bob");
        var id = Guid.NewGuid().ToString();

        await alice.SendAsync(conversation, id, "hello");
        await bob.EventAsync();

        await Eventually.EqualAsync(3, () => _spans.Of(id).Count, "spans of the message");
        var call = _spans.Of(id).Single(s => s.Source.Name == Spans.Hub);
        Assert.Equal(["commit", "deliver"], _spans.Of(id).Where(s => s != call).Select(s => s.OperationName).Order(StringComparer.Ordinal));
        Assert.All(_spans.Of(id), s => Assert.Equal(call.TraceId, s.TraceId));
        Assert.All(_spans.Of(id).Where(s => s != call), s => Assert.Equal(call.SpanId, s.ParentSpanId));

        await alice.CallAsync("History", new { conversation });

        var read = await _spans.WaitAsync(s => s.OperationName == "read" && s.Parent is { Source.Name: Spans.Hub } && IsAbout(s, conversation));
        Assert.EndsWith("/History", read.Parent!.DisplayName, StringComparison.Ordinal);
        Assert.Equal(1, read.GetTagItem(EventTraces.EventCount));

        // Nothing was acknowledged: the device gets it again when it comes back.
        await using var again = await server.ConnectAsync("bob", "phone");
        Assert.Equal(id, (await again.EventAsync()).Id);

        var catchUp = await _spans.WaitAsync(s => s.OperationName == "catch_up" && IsAbout(s, conversation) && 1.Equals(s.GetTagItem(EventTraces.EventCount)));
        Assert.Null(catchUp.ParentId);
        await _spans.WaitAsync(s => s.OperationName == "read" && s.ParentSpanId == catchUp.SpanId && 1.Equals(s.GetTagItem(EventTraces.EventCount)));
    }

    [Fact]
    public async Task Send_DeliveredByAnotherNode_IsOneTraceOverBoth()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(2, database.ConnectionString, redis, NodeBed.NeverPolls);
        var there = await bed[1].ConnectAsync("tracy");
        var here = await bed[0].ConnectAsync("tom");
        var conversation = await here.CreateAsync("direct", "tracy");
        // The first one may find the other node still on its way into the conversation.
        await here.SendAsync(conversation, $"{conversation}-first", "hello");
        await there.EventAsync();

        var id = Guid.NewGuid().ToString();
        await here.SendAsync(conversation, id, "hello");
        Assert.Equal(id, (await there.EventAsync()).Id);

        await Eventually.EqualAsync(6, () => _spans.Of(id).Count, "spans of the message");
        Assert.Equal(
            ["Consumer receive", "Internal commit", "Internal deliver", "Internal deliver", "Producer publish", "the call"],
            _spans.Of(id).Select(s => s.Source.Name == Spans.Hub ? "the call" : $"{s.Kind} {s.OperationName}").Order(StringComparer.Ordinal));
        Assert.Single(_spans.Of(id).Select(s => s.TraceId).Distinct());
    }

    public void Dispose() => _spans.Dispose();

    private static bool IsAbout(Activity span, string conversation) => conversation.Equals(span.GetTagItem(EventTraces.Conversation));
}
