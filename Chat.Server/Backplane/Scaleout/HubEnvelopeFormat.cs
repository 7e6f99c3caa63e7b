using System.Buffers;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>
/// Envelopes as bytes: a kind, then the fields in order; strings and byte runs behind their length. Messages travel as the
/// hub protocols wrote them, so a receiving node copies bytes and serializes nothing.
/// </summary>
internal static class HubEnvelopeFormat
{
    private enum Kind : byte
    {
        Fanout = 1,
        Deliver = 2,
        Ask = 3,
        Forget = 4,
        ChangeGroup = 5,
        Here = 6,
        Answer = 7,
    }

    public static ReadOnlyMemory<byte> Write(HubEnvelope envelope)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        var writer = new BusWriter(buffer);
        switch (envelope)
        {
            case HubEnvelope.Fanout fanout:
                writer.Byte((byte)Kind.Fanout);
                writer.Texts(fanout.Excluded);
                writer.Messages(fanout.Messages);
                break;
            case HubEnvelope.Deliver deliver:
                writer.Byte((byte)Kind.Deliver);
                writer.Texts(deliver.Connections);
                writer.Messages(deliver.Messages);
                break;
            case HubEnvelope.Ask ask:
                writer.Byte((byte)Kind.Ask);
                writer.Text(ask.Invocation);
                writer.Text(ask.ReplyTo);
                writer.Text(ask.Connection);
                writer.Messages(ask.Messages);
                break;
            case HubEnvelope.Forget forget:
                writer.Byte((byte)Kind.Forget);
                writer.Text(forget.Invocation);
                break;
            case HubEnvelope.ChangeGroup change:
                writer.Byte((byte)Kind.ChangeGroup);
                writer.Text(change.Command);
                writer.Text(change.ReplyTo);
                writer.Text(change.Connection);
                writer.Text(change.Group);
                writer.Number(change.Join ? 1 : 0);
                break;
            case HubEnvelope.Here here:
                writer.Byte((byte)Kind.Here);
                writer.Text(here.Command);
                break;
            case HubEnvelope.Answer answer:
                writer.Byte((byte)Kind.Answer);
                writer.Text(answer.Invocation);
                writer.Messages([answer.Completion]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(envelope), envelope, "Unknown envelope.");
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Null for what this release does not know or can't read.</summary>
    public static HubEnvelope? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new BusReader(bytes);
            return (Kind)reader.Byte() switch
            {
                Kind.Fanout => new HubEnvelope.Fanout(reader.Texts(), reader.Messages()),
                Kind.Deliver => new HubEnvelope.Deliver(reader.Texts(), reader.Messages()),
                Kind.Ask => new HubEnvelope.Ask(reader.Text(), reader.Text(), reader.Text(), reader.Messages()),
                Kind.Forget => new HubEnvelope.Forget(reader.Text()),
                Kind.ChangeGroup => new HubEnvelope.ChangeGroup(reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Number() == 1),
                Kind.Here => new HubEnvelope.Here(reader.Text()),
                Kind.Answer => new HubEnvelope.Answer(reader.Text(), reader.Messages().Single()),
                _ => null,
            };
        }
        catch (Exception e) when (BusReader.IsUnreadable(e))
        {
            return null;
        }
    }

    private static void Messages(this BusWriter writer, IReadOnlyList<SerializedMessage> messages)
    {
        writer.Number(messages.Count);
        foreach (var message in messages)
        {
            writer.Text(message.ProtocolName);
            writer.Bytes(message.Serialized.Span);
        }
    }

    private static List<SerializedMessage> Messages(this ref BusReader reader)
    {
        var count = reader.Count();
        var messages = new List<SerializedMessage>(count);
        for (var n = 0; n < count; n++)
        {
            messages.Add(new SerializedMessage(reader.Text(), reader.Bytes()));
        }

        return messages;
    }
}
