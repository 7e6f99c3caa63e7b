using System.Collections.Concurrent;
using System.Diagnostics;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;

namespace Chat.Tests.Hubs;

public sealed class TraceTests
{
    [Fact]
    public async Task Send_ThatIsRecorded_IsOneTraceOverCommitAndDelivery()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore.SignalR.Server" or "Chat.Messages",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await InProcessServer.StartAsync();
        await using var alice = await server.ConnectAsync("alice");
        await using var bob = await server.ConnectAsync("bob");
        var conversation = await alice.CreateAsync("direct", "bob");
        var id = Guid.NewGuid().ToString();

        await alice.SendAsync(conversation, id, "hello");
        await bob.EventAsync();

        Activity[] Mine() => [.. spans.Where(s => id.Equals(s.GetTagItem("chat.message.id")))];
        await Eventually.EqualAsync(3, () => Mine().Length, "spans of the message");
        var call = Mine().Single(s => s.Source.Name == "Microsoft.AspNetCore.SignalR.Server");
        Assert.Equal(["commit", "deliver"], Mine().Where(s => s != call).Select(s => s.OperationName).Order(StringComparer.Ordinal));
        Assert.All(Mine(), s => Assert.Equal(call.TraceId, s.TraceId));
        Assert.All(Mine().Where(s => s != call), s => Assert.Equal(call.SpanId, s.ParentSpanId));
    }
}
