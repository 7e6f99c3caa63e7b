using System.Text.Json;
using Chat.Contracts;

namespace Chat.Bench.Baselines;

/// <summary>SignalR and nothing else: what the machine can do when no message has to survive anything.</summary>
internal sealed class BareHub(Rooms rooms, TimeProvider time) : BaselineHub(rooms, time)
{
    private readonly TimeProvider _time = time;

    /// <summary>Streams made-up events to the caller as a catch-up would: in batches, with a bounded number not acknowledged.</summary>
    public async Task<Result> Replay(ReplayRequest request)
    {
        using var flow = new ReplayFlow(request.Batch, request.Window / request.Batch);
        Context.Items[nameof(ReplayFlow)] = flow;
        var body = JsonSerializer.SerializeToElement(new { text = new string('x', request.TextLength) }, ChatJson.Options);
        var at = _time.GetUtcNow();
        for (var seq = 0L; seq < request.Count;)
        {
            await flow.WaitAsync(Context.ConnectionAborted);
            var events = new ChatEvent[(int)Math.Min(request.Batch, request.Count - seq)];
            for (var i = 0; i < events.Length; i++)
            {
                events[i] = new ChatEvent
                {
                    Conversation = request.Conversation,
                    Epoch = 1,
                    Seq = ++seq,
                    Id = request.IdPrefix + seq.ToString("x8"),
                    Type = "text",
                    Sender = "replay",
                    At = at,
                    Body = body,
                };
            }

            await Clients.Caller.Events(events);
        }

        return Result.Success;
    }

    public override Task Ack(IReadOnlyList<AckPosition> positions)
    {
        if (Context.Items.TryGetValue(nameof(ReplayFlow), out var flow))
        {
            ((ReplayFlow)flow!).Acknowledged(positions.Max(p => p.Seq));
        }

        return Task.CompletedTask;
    }

    protected override Task StoreAsync(Room room) => Task.CompletedTask;

    protected override Task<long> StoreAsync(Room room, SendRequest request, DateTimeOffset at) => Task.FromResult(room.NextSeq());
}

/// <summary>Asks the bare hub for a stream of events.</summary>
internal sealed record ReplayRequest(string Conversation, string IdPrefix, long Count, int Batch, int Window, int TextLength);

/// <summary>Lets a bounded number of batches be under way.</summary>
internal sealed class ReplayFlow(int batch, int batches) : IDisposable
{
    private readonly SemaphoreSlim _room = new(batches);
    private long _acknowledged;

    public Task WaitAsync(CancellationToken cancellationToken) => _room.WaitAsync(cancellationToken);

    public void Acknowledged(long seq)
    {
        var now = seq / batch;
        var before = Interlocked.Exchange(ref _acknowledged, now);
        if (now > before)
        {
            _room.Release((int)(now - before));
        }
    }

    public void Dispose() => _room.Dispose();
}
