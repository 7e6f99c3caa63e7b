using System.Buffers;
using Chat.Server.Backplane;

namespace Chat.Server.Presence;

/// <summary>Presence messages as bytes: a kind, who, then fields in order.</summary>
internal static class PresenceFormat
{
    /// <summary>Users in one message: as many as keep it well below what holds up a bus.</summary>
    public const int UsersPerMessage = 500;

    private enum Kind : byte
    {
        Beat = 1,
        Changed = 2,
        Ask = 3,
        All = 4,
        Bye = 5,
    }

    public static ReadOnlyMemory<byte> Write(PresenceMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        var writer = new BusWriter(buffer);
        writer.Byte((byte)KindOf(message));
        writer.Text(message.From.Node);
        writer.Text(message.From.Group);
        switch (message)
        {
            case PresenceMessage.Beat beat:
                writer.Long(beat.Version);
                writer.Byte(beat.Hello ? (byte)1 : (byte)0);
                break;
            case PresenceMessage.Changed changed:
                writer.Long(changed.Version);
                writer.Texts(changed.Came);
                writer.Texts(changed.Went);
                break;
            case PresenceMessage.All all:
                writer.Long(all.Version);
                writer.Number(all.Part);
                writer.Number(all.Parts);
                writer.Texts(all.Users);
                break;
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Null for what this release does not know or can't read.</summary>
    public static PresenceMessage? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new BusReader(bytes);
            var kind = (Kind)reader.Byte();
            var from = new PresenceSource(reader.Text(), reader.Text());
            return kind switch
            {
                Kind.Beat => new PresenceMessage.Beat(from, reader.Long(), reader.Byte() == 1),
                Kind.Changed => new PresenceMessage.Changed(from, reader.Long(), reader.Texts(), reader.Texts()),
                Kind.Ask => new PresenceMessage.Ask(from),
                Kind.All => new PresenceMessage.All(from, reader.Long(), reader.Number(), reader.Number(), reader.Texts()),
                Kind.Bye => new PresenceMessage.Bye(from),
                _ => null,
            };
        }
        catch (Exception e) when (BusReader.IsUnreadable(e))
        {
            return null;
        }
    }

    private static Kind KindOf(PresenceMessage message) => message switch
    {
        PresenceMessage.Beat => Kind.Beat,
        PresenceMessage.Changed => Kind.Changed,
        PresenceMessage.Ask => Kind.Ask,
        PresenceMessage.All => Kind.All,
        _ => Kind.Bye,
    };
}
