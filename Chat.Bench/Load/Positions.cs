using System.Diagnostics.CodeAnalysis;

namespace Chat.Bench.Load;

/// <summary>How far a connection has received one conversation, and what of that is not acknowledged yet.</summary>
internal sealed class Position(byte[] conversation)
{
    private long _seq;
    private long _acknowledged;

    /// <summary>The conversation's id as JSON text, without the quotes.</summary>
    public byte[] Conversation { get; } = conversation;

    public long Seq => Volatile.Read(ref _seq);

    /// <summary>Takes an event in; true unless it left a hole or came again.</summary>
    public Arrival Receive(long seq)
    {
        var last = _seq;
        if (seq <= last)
        {
            return Arrival.Again;
        }

        Volatile.Write(ref _seq, seq);
        return last == 0 || seq == last + 1 ? Arrival.InOrder : Arrival.AfterHole;
    }

    /// <summary>The position to acknowledge, when there is anything new.</summary>
    public bool TryTakeAck(out long seq)
    {
        seq = Volatile.Read(ref _seq);
        return Interlocked.Exchange(ref _acknowledged, seq) < seq;
    }
}

/// <summary>Where an event stands against the one before it.</summary>
internal enum Arrival
{
    InOrder,
    AfterHole,
    Again,
}

/// <summary>
/// The positions of one connection. Only its receiving thread adds and moves; the acknowledging timer reads the list,
/// which is replaced, never changed.
/// </summary>
internal sealed class Positions
{
    private readonly Dictionary<byte[], Position> _byConversation = new(new BytesComparer());
    private readonly Dictionary<byte[], Position>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private Position[] _all = [];
    private Position? _last;

    public Positions() => _bySpan = _byConversation.GetAlternateLookup<ReadOnlySpan<byte>>();

    public Position[] All => Volatile.Read(ref _all);

    public Position Of(ReadOnlySpan<byte> conversation)
    {
        // Runs of events of one conversation are the rule.
        if (_last is { } last && conversation.SequenceEqual(last.Conversation))
        {
            return last;
        }

        if (!_bySpan.TryGetValue(conversation, out var position))
        {
            position = new Position(conversation.ToArray());
            _byConversation.Add(position.Conversation, position);
            Volatile.Write(ref _all, [.. _all, position]);
        }

        return _last = position;
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
