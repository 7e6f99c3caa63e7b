using System.Buffers;
using Chat.Server.Backplane;

namespace Chat.Server.Delivery.Nodes;

/// <summary>How far a user has received and read; 0: nothing to tell.</summary>
internal readonly record struct ReceiptNews(string Conversation, string User, long Delivered, long Read);

/// <summary>What is passed on between processes and kept nowhere.</summary>
internal abstract record Signal
{
    public const string Channel = "signals";

    public sealed record Typing(string Conversation, string User) : Signal;

    public sealed record Receipts(List<ReceiptNews> News) : Signal;
}

/// <summary>Signals as bytes: a kind, then fields in order.</summary>
internal static class SignalFormat
{
    private enum Kind : byte
    {
        Typing = 1,
        Receipts = 2,
    }

    public static ReadOnlyMemory<byte> Write(Signal signal)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        var writer = new BusWriter(buffer);
        switch (signal)
        {
            case Signal.Typing typing:
                writer.Byte((byte)Kind.Typing);
                writer.Text(typing.Conversation);
                writer.Text(typing.User);
                break;
            case Signal.Receipts receipts:
                writer.Byte((byte)Kind.Receipts);
                foreach (var (conversation, user, delivered, read) in receipts.News)
                {
                    writer.Text(conversation);
                    writer.Text(user);
                    writer.Long(delivered);
                    writer.Long(read);
                }

                break;
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Null for what this release does not know or can't read.</summary>
    public static Signal? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new BusReader(bytes);
            switch ((Kind)reader.Byte())
            {
                case Kind.Typing:
                    return new Signal.Typing(reader.Text(), reader.Text());
                case Kind.Receipts:
                    var receipts = new Signal.Receipts([]);
                    while (!reader.AtEnd)
                    {
                        receipts.News.Add(new ReceiptNews(reader.Text(), reader.Text(), reader.Long(), reader.Long()));
                    }

                    return receipts;
                default:
                    return null;
            }
        }
        catch (Exception e) when (BusReader.IsUnreadable(e))
        {
            return null;
        }
    }
}
