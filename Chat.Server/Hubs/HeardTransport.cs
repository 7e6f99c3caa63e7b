using System.IO.Pipelines;
using Chat.Server.Delivery.DeadLetters;
using Microsoft.AspNetCore.Connections;

namespace Chat.Server.Hubs;

/// <summary>
/// Notices that a client is there: SignalR answers keep-alive pings by itself and tells nobody. Looks at nothing and copies nothing;
/// it only stands where the hub says how much it has read.
/// </summary>
internal static class HeardTransport
{
    public static IConnectionBuilder UseHearing(this IConnectionBuilder connections) => connections.Use(next => connection =>
    {
        var hearing = new ClientHearing();
        connection.Features.Set(hearing);
        connection.Transport = new Heard(connection.Transport, hearing);
        return next(connection);
    });

    private sealed class Heard(IDuplexPipe transport, ClientHearing hearing) : IDuplexPipe
    {
        public PipeReader Input { get; } = new HeardReader(transport.Input, hearing);

        public PipeWriter Output => transport.Output;
    }

    private sealed class HeardReader(PipeReader inner, ClientHearing hearing) : PipeReader
    {
        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => inner.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed)
        {
            hearing.Hear();
            inner.AdvanceTo(consumed);
        }

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            hearing.Hear();
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
