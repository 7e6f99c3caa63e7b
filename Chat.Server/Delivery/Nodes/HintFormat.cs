using System.Buffers;
using System.Text;
using Chat.Contracts;
using Chat.Server.Backplane;
using Chat.Server.Storage;

namespace Chat.Server.Delivery.Nodes;

/// <summary>Hints as bytes: a kind, then fields in order. Another kind is another release's and is left unread.</summary>
internal static class HintFormat
{
    /// <summary>A message is sent when it has reached this size: many events together, and yet nothing that holds up a bus.</summary>
    private const int FullSize = 64 * 1024;

    private static readonly byte[] Member = Encoding.UTF8.GetBytes(EventTypes.Member);

    private enum Kind : byte
    {
        Committed = 1,
        Created = 2,
    }

    [Flags]
    private enum Has : byte
    {
        Nothing = 0,
        Ref = 1,
        Expiry = 2,
        Trace = 4,
    }

    /// <summary>Messages that carry all the events, in order, with how many each carries.</summary>
    public static IEnumerable<(ReadOnlyMemory<byte> Message, int Events)> Write(IEnumerable<LogEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        var count = 0;
        foreach (var e in events)
        {
            if (count == 0)
            {
                new BusWriter(buffer).Byte((byte)Kind.Committed);
            }

            Write(new BusWriter(buffer), e);
            count++;
            if (buffer.WrittenCount >= FullSize)
            {
                yield return (buffer.WrittenMemory, count);
                buffer.ResetWrittenCount();
                count = 0;
            }
        }

        if (count > 0)
        {
            yield return (buffer.WrittenMemory, count);
        }
    }

    /// <summary>Messages that name all the members.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Write(string conversation, IReadOnlyList<string> members)
    {
        for (var next = 0; next < members.Count;)
        {
            var buffer = new ArrayBufferWriter<byte>(1024);
            var writer = new BusWriter(buffer);
            writer.Byte((byte)Kind.Created);
            writer.Text(conversation);
            while (next < members.Count && buffer.WrittenCount < FullSize)
            {
                writer.Text(members[next++]);
            }

            yield return buffer.WrittenMemory;
        }
    }

    /// <summary>Null for what this release does not know or can't read.</summary>
    /// <param name="wanted">Events of other conversations are left out, but for changes of membership, which may concern anybody.</param>
    /// <param name="told">How many events there were, with those left out.</param>
    public static Hint? Read(ReadOnlyMemory<byte> message, Func<string, bool> wanted, out int told)
    {
        told = 0;
        try
        {
            var reader = new BusReader(message);
            switch ((Kind)reader.Byte())
            {
                case Kind.Committed:
                    return new Hint.Committed(Events(ref reader, wanted, ref told));
                case Kind.Created:
                    var created = new Hint.Created(reader.Text(), []);
                    while (!reader.AtEnd)
                    {
                        created.Members.Add(reader.Text());
                    }

                    return created;
                default:
                    return null;
            }
        }
        catch (Exception e) when (BusReader.IsUnreadable(e))
        {
            return null;
        }
    }

    private static List<LogEvent> Events(ref BusReader reader, Func<string, bool> wanted, ref int told)
    {
        var events = new List<LogEvent>();
        var (name, conversation, isWanted) = (ReadOnlyMemory<byte>.Empty, "", false);
        for (; !reader.AtEnd; told++)
        {
            var next = reader.Bytes();
            if (!next.Span.SequenceEqual(name.Span))
            {
                (name, conversation) = (next, Encoding.UTF8.GetString(next.Span));
                isWanted = wanted(conversation);
            }

            if (Event(ref reader, conversation, isWanted) is { } e)
            {
                events.Add(e);
            }
        }

        return events;
    }

    private static LogEvent? Event(ref BusReader reader, string conversation, bool isWanted)
    {
        var epoch = reader.Long();
        var seq = reader.Long();
        var at = reader.Long();
        var type = reader.Bytes();
        var id = reader.Bytes();
        var sender = reader.Bytes();
        var body = reader.Bytes();
        var has = (Has)reader.Byte();
        var reference = has.HasFlag(Has.Ref) ? reader.Text() : null;
        long? expires = has.HasFlag(Has.Expiry) ? reader.Long() : null;
        var trace = has.HasFlag(Has.Trace) ? reader.Text() : null;
        if (!isWanted && !type.Span.SequenceEqual(Member))
        {
            return null;
        }

        return new LogEvent
        {
            Conversation = conversation,
            Epoch = epoch,
            Seq = seq,
            Id = Encoding.UTF8.GetString(id.Span),
            Type = Encoding.UTF8.GetString(type.Span),
            Sender = Encoding.UTF8.GetString(sender.Span),
            At = at,
            // A copy: what is kept of a conversation must not keep the whole message with it.
            Body = body.ToArray(),
            Ref = reference,
            ExpiresAt = expires,
            TraceParent = trace,
        };
    }

    private static void Write(BusWriter writer, LogEvent e)
    {
        writer.Text(e.Conversation);
        writer.Long(e.Epoch);
        writer.Long(e.Seq);
        writer.Long(e.At);
        writer.Text(e.Type);
        writer.Text(e.Id);
        writer.Text(e.Sender);
        writer.Bytes(e.Body.Span);
        writer.Byte((byte)(
            (e.Ref is null ? Has.Nothing : Has.Ref) | (e.ExpiresAt is null ? Has.Nothing : Has.Expiry) | (e.TraceParent is null ? Has.Nothing : Has.Trace)));
        if (e.Ref is not null)
        {
            writer.Text(e.Ref);
        }

        if (e.ExpiresAt is { } expires)
        {
            writer.Long(expires);
        }

        if (e.TraceParent is not null)
        {
            writer.Text(e.TraceParent);
        }
    }
}
