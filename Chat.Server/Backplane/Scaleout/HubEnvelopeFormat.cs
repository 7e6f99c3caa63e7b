using System.Buffers;
using System.Text;
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
        var writer = new Writer(buffer);
        switch (envelope)
        {
            case HubEnvelope.Fanout fanout:
                writer.Kind(Kind.Fanout);
                writer.Texts(fanout.Excluded);
                writer.Messages(fanout.Messages);
                break;
            case HubEnvelope.Deliver deliver:
                writer.Kind(Kind.Deliver);
                writer.Texts(deliver.Connections);
                writer.Messages(deliver.Messages);
                break;
            case HubEnvelope.Ask ask:
                writer.Kind(Kind.Ask);
                writer.Text(ask.Invocation);
                writer.Text(ask.ReplyTo);
                writer.Text(ask.Connection);
                writer.Messages(ask.Messages);
                break;
            case HubEnvelope.Forget forget:
                writer.Kind(Kind.Forget);
                writer.Text(forget.Invocation);
                break;
            case HubEnvelope.ChangeGroup change:
                writer.Kind(Kind.ChangeGroup);
                writer.Text(change.Command);
                writer.Text(change.ReplyTo);
                writer.Text(change.Connection);
                writer.Text(change.Group);
                writer.Number(change.Join ? 1 : 0);
                break;
            case HubEnvelope.Here here:
                writer.Kind(Kind.Here);
                writer.Text(here.Command);
                break;
            case HubEnvelope.Answer answer:
                writer.Kind(Kind.Answer);
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
            var reader = new Reader(bytes);
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
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or InvalidOperationException)
        {
            return null;
        }
    }

    private readonly ref struct Writer(ArrayBufferWriter<byte> buffer)
    {
        public void Kind(Kind kind) => buffer.Write([(byte)kind]);

        public void Number(int value)
        {
            var rest = (uint)value;
            while (rest >= 0x80)
            {
                buffer.Write([(byte)(rest | 0x80)]);
                rest >>= 7;
            }

            buffer.Write([(byte)rest]);
        }

        public void Bytes(ReadOnlySpan<byte> bytes)
        {
            Number(bytes.Length);
            buffer.Write(bytes);
        }

        public void Text(string text)
        {
            Number(Encoding.UTF8.GetByteCount(text));
            Encoding.UTF8.GetBytes(text, buffer);
        }

        public void Texts(IReadOnlyList<string> texts)
        {
            Number(texts.Count);
            foreach (var text in texts)
            {
                Text(text);
            }
        }

        public void Messages(IReadOnlyList<SerializedMessage> messages)
        {
            Number(messages.Count);
            foreach (var message in messages)
            {
                Text(message.ProtocolName);
                Bytes(message.Serialized.Span);
            }
        }
    }

    private ref struct Reader(ReadOnlyMemory<byte> bytes)
    {
        private ReadOnlyMemory<byte> _rest = bytes;

        public byte Byte()
        {
            var first = _rest.Span[0];
            _rest = _rest[1..];
            return first;
        }

        public int Number()
        {
            uint value = 0;
            for (var shift = 0; shift < 35; shift += 7)
            {
                var next = Byte();
                value |= (uint)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return (int)value;
                }
            }

            throw new InvalidOperationException("A number does not end.");
        }

        public ReadOnlyMemory<byte> Bytes()
        {
            var length = Number();
            var run = _rest[..length];
            _rest = _rest[length..];
            return run;
        }

        public string Text() => Encoding.UTF8.GetString(Bytes().Span);

        public List<string> Texts()
        {
            var count = Number();
            // Each takes a byte at least: a count that can't be true must not cost memory.
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)_rest.Length);
            var texts = new List<string>(count);
            for (var n = 0; n < count; n++)
            {
                texts.Add(Text());
            }

            return texts;
        }

        public List<SerializedMessage> Messages()
        {
            var count = Number();
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)_rest.Length);
            var messages = new List<SerializedMessage>(count);
            for (var n = 0; n < count; n++)
            {
                messages.Add(new SerializedMessage(Text(), Bytes()));
            }

            return messages;
        }
    }
}
