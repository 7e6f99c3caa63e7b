using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Chat.Server.Delivery.DeadLetters;
using Chat.Server.Delivery.Pumps;
using Microsoft.AspNetCore.Connections;

namespace Chat.Server.Hubs;

/// <summary>
/// Notices that a client is there: SignalR answers keep-alive pings by itself and tells nobody. Counts the bytes on the way. Looks at
/// nothing and copies nothing; it only stands where the hub says how much it has read and written.
/// </summary>
internal static class HeardTransport
{
    public static IConnectionBuilder UseHearing(this IConnectionBuilder connections)
    {
        var time = connections.ApplicationServices.GetRequiredService<TimeProvider>();
        return connections.Use(next => connection =>
        {
            var hearing = new ClientHearing();
            var traffic = new ConnectionTraffic(time);
            connection.Features.Set(hearing);
            connection.Features.Set(traffic);
            connection.Transport = new Heard(connection.Transport, hearing, traffic);
            return next(connection);
        });
    }

    private sealed class Heard(IDuplexPipe transport, ClientHearing hearing, ConnectionTraffic traffic) : IDuplexPipe
    {
        public PipeReader Input { get; } = new HeardReader(transport.Input, hearing, traffic);

        public PipeWriter Output { get; } = new CountedWriter(transport.Output, traffic);
    }

    private sealed class HeardReader(PipeReader inner, ClientHearing hearing, ConnectionTraffic traffic) : PipeReader
    {
        // What was read last, until the hub says how much of it it has taken.
        private ReadOnlySequence<byte> _read;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var reading = inner.ReadAsync(cancellationToken);
            return reading.IsCompletedSuccessfully ? new(Keep(reading.Result)) : KeepAsync(reading);
        }

        public override bool TryRead(out ReadResult result)
        {
            var any = inner.TryRead(out result);
            Keep(result);
            return any;
        }

        public override void AdvanceTo(SequencePosition consumed)
        {
            Heard(consumed);
            inner.AdvanceTo(consumed);
        }

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            Heard(consumed);
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        private void Heard(SequencePosition consumed)
        {
            hearing.Hear();
            traffic.Receive(_read.Slice(_read.Start, consumed).Length);
            _read = default;
        }

        private ReadResult Keep(ReadResult result)
        {
            _read = result.Buffer;
            return result;
        }

        // Every connection waits here: the boxes are used again.
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<ReadResult> KeepAsync(ValueTask<ReadResult> reading) => Keep(await reading);
    }

    private sealed class CountedWriter(PipeWriter inner, ConnectionTraffic traffic) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void Advance(int bytes)
        {
            traffic.Send(bytes);
            inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            traffic.Send(source.Length);
            return inner.WriteAsync(source, cancellationToken);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
