using System.Buffers.Text;

namespace Chat.Bench.Wire;

/// <summary>
/// Walks the events of an <c>Events</c> record by searching for the three fields that the load client needs. A real JSON
/// reader would cost the load client more than the server spends on writing. It relies on what the load itself sends: no
/// body contains one of the keys. The order of the fields does not matter, as long as each event has all three.
/// </summary>
internal ref struct EventScanner(ReadOnlySpan<byte> record)
{
    private readonly ReadOnlySpan<byte> _record = record;
    private int _conversationAt;
    private int _seqAt;
    private int _idAt;

    /// <summary>The conversation's id as it stands in the JSON, escapes included.</summary>
    public ReadOnlySpan<byte> Conversation { get; private set; }

    public ReadOnlySpan<byte> Id { get; private set; }

    public long Seq { get; private set; }

    private static ReadOnlySpan<byte> EventsPrefix => "{\"type\":1,\"target\":\"Events\""u8;

    /// <summary>Whether the record calls <c>Events</c>.</summary>
    public static bool IsEvents(ReadOnlySpan<byte> record) => record.StartsWith(EventsPrefix);

    /// <summary>Whether an event in the record is marked as a repeat.</summary>
    public static bool HasRepeat(ReadOnlySpan<byte> record) => record.IndexOf("\"attempt\":"u8) >= 0;

    public bool MoveNext()
    {
        if (!TryString("\"conversation\":\""u8, ref _conversationAt, out var conversation)
            || !TryString("\"id\":\""u8, ref _idAt, out var id)
            || !TryNumber("\"seq\":"u8, ref _seqAt, out var seq))
        {
            return false;
        }

        Seq = seq;
        Conversation = _record[conversation];
        Id = _record[id];
        return true;
    }

    private readonly bool TryString(ReadOnlySpan<byte> key, ref int cursor, out Range value)
    {
        value = default;
        if (!TryFind(key, cursor, out var start))
        {
            return false;
        }

        var length = _record[start..].IndexOf((byte)'"');
        if (length < 0)
        {
            return false;
        }

        cursor = start + length;
        value = start..cursor;
        return true;
    }

    private readonly bool TryNumber(ReadOnlySpan<byte> key, ref int cursor, out long value)
    {
        value = 0;
        if (!TryFind(key, cursor, out var start) || !Utf8Parser.TryParse(_record[start..], out value, out int used))
        {
            return false;
        }

        cursor = start + used;
        return true;
    }

    private readonly bool TryFind(ReadOnlySpan<byte> key, int cursor, out int end)
    {
        var at = _record[cursor..].IndexOf(key);
        end = cursor + at + key.Length;
        return at >= 0;
    }
}
