using System.Buffers.Binary;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Realtime.Spool;

/// <summary>One stretch of a spool file.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Append">What was sent; null where nothing can be read.</param>
/// <param name="IsStored">The head says so.</param>
internal sealed record SpoolStretch(int At, int Length, Append? Append, bool IsStored);

/// <summary>
/// Reads a spool file for a person, whole or not. Behind a damage it looks for the next record: each has a length and a checksum, so that
/// nothing is taken for one that is none. Takes no part in the order in which a node drains.
/// </summary>
internal static class SpoolSalvage
{
    /// <exception cref="InvalidDataException">It is of another format, or another program's.</exception>
    public static List<SpoolStretch> Read(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!SpoolLayout.HasHead(handle))
        {
            return [];
        }

        var file = new byte[RandomAccess.GetLength(handle)];
        var bytes = file.AsSpan(0, RandomAccess.Read(handle, file, 0));
        var drained = BinaryPrimitives.ReadInt64LittleEndian(bytes[SpoolLayout.DrainedAt..]);
        var found = new List<SpoolStretch>();
        for (var at = SpoolLayout.HeadSize; at < bytes.Length; at += found[^1].Length)
        {
            var length = SpoolRecord.Measure(bytes[at..]);
            found.Add(length > 0
                ? new(at, length, TryRead(bytes.Slice(at, length)), at < drained)
                : new(at, NextRecord(bytes, at + 1) - at, null, at < drained));
        }

        return found;
    }

    private static int NextRecord(ReadOnlySpan<byte> bytes, int from)
    {
        while (from < bytes.Length && SpoolRecord.Measure(bytes[from..]) == 0)
        {
            from++;
        }

        return from;
    }

    private static Append? TryRead(ReadOnlySpan<byte> record)
    {
        try
        {
            return SpoolRecord.Read(record.ToArray()).Append;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return null;
        }
    }
}
