using Chat.Contracts;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Storage;
using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.Reading;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Delivery;

/// <summary>Asks storage what a connection's device is asked about at its beginning, for nobody, and composes frames for nobody.</summary>
internal sealed class DeliveryWarmUp(StorageBreaker breaker, CursorStore cursors, LogReader log) : IWarmUp
{
    private const string Nobody = "";

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        var @event = new LogEvent { Conversation = Nobody, Epoch = 1, Seq = 1, Id = Nobody, Type = "text", Sender = Nobody, At = 0, Body = "{}"u8.ToArray() };
        Frames.Notice(new Notice { Kind = NoticeKinds.Welcome, User = Nobody, Device = Nobody, Connection = Nobody, Window = 1 });
        Frames.Events([@event]);

        if (!breaker.IsClosed)
        {
            // There is nobody to answer; nor will clients be kept from connecting by that.
            return;
        }

        await cursors.OpenNobodysAsync(cancellationToken);
        await log.BoundsAsync([Nobody], cancellationToken);
        await log.ReadAsync(Nobody, 0, long.MaxValue, 1, cancellationToken);
    }
}
