using System.IO.MemoryMappedFiles;

namespace Chat.Server.Realtime.Spool;

/// <summary>
/// A few numbers that the processes of a node share through memory, in a file beside the spool: what one writes the others read at once, and
/// none of it is lost with who wrote it. Asked at every send, so it costs no call to the system.
/// </summary>
internal sealed unsafe class SpoolBoard
{
    private const int Slots = 8;
    private const int Bytes = Slots * sizeof(long);

    // Kept, for the mapping must not end while anybody may ask; it ends with the process.
    private readonly MemoryMappedViewAccessor _view;
    private readonly long* _slots;

    private SpoolBoard(MemoryMappedFile file)
    {
        _view = file.CreateViewAccessor(0, Bytes, MemoryMappedFileAccess.ReadWrite);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _slots = (long*)(start + _view.PointerOffset);
    }

    /// <summary>Everything that was published in the folder is stored. What a process published before it gave a receipt is seen here by whoever had that receipt.</summary>
    public bool IsClear => Volatile.Read(ref Drained) == Volatile.Read(ref Published);

    /// <summary>How often something was published; given back to <see cref="MarkDrained"/> by who found all of it stored.</summary>
    public long Publications => Volatile.Read(ref Published);

    /// <summary>The last of the numbers that order what is spooled on this node.</summary>
    public long LastTicket => Volatile.Read(ref Ticket);

    /// <summary>The last of the spool is being stored: what comes now may wait for that, within its budget, instead of prolonging it.</summary>
    public bool IsEnding => Volatile.Read(ref Ending) != 0;

    /// <summary>How often somebody could not but spool.</summary>
    public long ForcedCount => Volatile.Read(ref Forced);

    private ref long Ticket => ref _slots[0];

    private ref long Published => ref _slots[1];

    private ref long Drained => ref _slots[2];

    private ref long Ending => ref _slots[3];

    private ref long Forced => ref _slots[4];

    /// <exception cref="IOException">The file can neither be opened nor made.</exception>
    public static SpoolBoard Open(string path)
    {
        using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (stream.Length < Bytes)
        {
            // Written, not only lengthened: a disk that is full says so here, and not by a fault when the memory is touched.
            stream.Seek(stream.Length, SeekOrigin.Begin);
            stream.Write(new byte[Bytes - stream.Length]);
            stream.Flush(flushToDisk: true);
        }

        return new SpoolBoard(MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true));
    }

    /// <summary>For this process alone, when there is no disk to share.</summary>
    public static SpoolBoard Private() => new(MemoryMappedFile.CreateNew(null, Bytes));

    /// <summary>
    /// A number greater than all that anybody on this node took before. It follows the clock, so that it goes on upwards also when
    /// the board was lost with the power, and does not care when the clock is set back.
    /// </summary>
    public long NextTicket(DateTimeOffset now)
    {
        while (true)
        {
            var last = Volatile.Read(ref Ticket);
            var next = Math.Max(last + 1, now.UtcTicks);
            if (Interlocked.CompareExchange(ref Ticket, next, last) == last)
            {
                return next;
            }
        }
    }

    /// <summary>Tickets go on behind this one, which was given by a board that is no more.</summary>
    public void RaiseTickets(long to)
    {
        for (var last = Volatile.Read(ref Ticket); last < to;)
        {
            last = Interlocked.CompareExchange(ref Ticket, to, last) is var seen && seen == last ? to : seen;
        }
    }

    /// <summary>There is, or may be, something new to be stored. After it can be read, and before anybody has a receipt for it.</summary>
    public void MarkPublished() => Interlocked.Increment(ref Published);

    /// <summary>All that was there when <see cref="Publications"/> was this is stored. By the holder of the turn.</summary>
    public void MarkDrained(long publications) => Volatile.Write(ref Drained, publications);

    public void MarkEnding(bool ending) => Volatile.Write(ref Ending, ending ? 1 : 0);

    /// <summary>Somebody had to spool: there is no end to be waited for.</summary>
    public void MarkForced()
    {
        Interlocked.Increment(ref Forced);
        Volatile.Write(ref Ending, 0);
    }
}
