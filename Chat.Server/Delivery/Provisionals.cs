using System.Buffers.Binary;
using System.Text;
using Chat.Server.Backplane;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Storage;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Delivery;

/// <summary>
/// Shows events that are not in the log yet to who is online: here at once, and through the bus in the other processes, by Redis or by the
/// supervisor's relay. Nobody is owed them: their stored twins are.
/// </summary>
internal sealed class Provisionals(FeedTable feeds, UserConnections users, IBackplane bus, IKnownMembers? known = null) : IHostedService
{
    private const string Channel = "provisional";
    private IBackplaneSubscription? _subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = bus.Subscribe(Channel, (_, payload) => Receive(payload));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
    }

    /// <param name="e">Its seq is 0.</param>
    /// <param name="isStored">Asked in the moment of showing: a twin that was quicker is never followed by its provisional form.</param>
    public void Show(LogEvent e, Func<bool> isStored)
    {
        var frame = Frames.Events([e]);
        ShowHere(e.Conversation, frame, isStored);
        bus.Publish(Channel, Encode(e.Conversation, Frames.BytesOf(frame).Span));
    }

    /// <summary>What the bus hands over is another process's, of the same installation.</summary>
    private void Receive(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length < sizeof(ushort) || BinaryPrimitives.ReadUInt16LittleEndian(payload.Span) is var name && payload.Length < sizeof(ushort) + name)
        {
            return;
        }

        ShowHere(
            Encoding.UTF8.GetString(payload.Span.Slice(sizeof(ushort), name)), Frames.OfBytes(payload[(sizeof(ushort) + name)..]), static () => false);
    }

    private void ShowHere(string conversation, SerializedHubMessage frame, Func<bool> isStored)
    {
        feeds.Find(conversation)?.Notify(null, () => isStored() ? null : frame);

        // Who came while storage was away stands in no feed yet.
        foreach (var user in known?.MembersOf(conversation) ?? [])
        {
            foreach (var pump in users.Of(user))
            {
                if (!pump.HasLoaded && pump.MayFollow(conversation) && !isStored())
                {
                    pump.TrySendNotice(frame);
                }
            }
        }
    }

    private static byte[] Encode(string conversation, ReadOnlySpan<byte> frame)
    {
        var name = Encoding.UTF8.GetByteCount(conversation);
        var payload = new byte[sizeof(ushort) + name + frame.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(payload, checked((ushort)name));
        Encoding.UTF8.GetBytes(conversation, payload.AsSpan(sizeof(ushort)));
        frame.CopyTo(payload.AsSpan(sizeof(ushort) + name));
        return payload;
    }
}
