using Microsoft.Win32.SafeHandles;

namespace Chat.Server.Realtime.Spool;

/// <summary>
/// One file of a spool, as who drains it has it. Of a living owner's it sees what that has published; what a dead one left is read as far
/// as its records are whole, for after a loss of power the head may know less than the receipts.
/// </summary>
internal sealed class SpoolReader : IDisposable
{
    private readonly SafeFileHandle _handle;
    private long _readTo = SpoolLayout.HeadSize;
    private SpoolBatchItem? _next;

    private SpoolReader(SafeFileHandle handle, string path, bool isLeft) => (_handle, Path, IsLeft) = (handle, path, isLeft);

    public string Path { get; private set; }

    /// <summary>Its owner is gone: there will be no more, and who drains it deletes it.</summary>
    public bool IsLeft { get; }

    /// <summary>Behind the last record that may be read.</summary>
    public long End { get; private set; } = SpoolLayout.HeadSize;

    /// <summary>Everything before it is stored.</summary>
    public long Drained { get; private set; } = SpoolLayout.HeadSize;

    /// <summary>Bytes behind the last whole record of a file that was left.</summary>
    public long Torn { get; private set; }

    /// <summary>Bytes of a file that was left which its owner had published, and which are not whole any more: there are receipts for what was in them.</summary>
    public long Damaged { get; private set; }

    public bool IsDrained => Drained >= End;

    /// <summary>Null: it is gone. <see cref="Begin"/> comes next.</summary>
    public static SpoolReader? TryOpen(string path) =>
        TryOpen(path, FileShare.None) is { } left ? new SpoolReader(left, path, isLeft: true)
        : TryOpen(path, FileShare.ReadWrite | FileShare.Delete) is { } shared ? new SpoolReader(shared, path, isLeft: false)
        : null;

    /// <summary>Finds out what is in it.</summary>
    /// <exception cref="InvalidDataException">It is another program's.</exception>
    public void Begin()
    {
        if (!SpoolLayout.HasHead(_handle))
        {
            Torn = RandomAccess.GetLength(_handle);
            return;
        }

        var drained = SpoolLayout.ReadPosition(_handle, SpoolLayout.DrainedAt);
        if (IsLeft)
        {
            // What is stored already need not be whole any more.
            var length = RandomAccess.GetLength(_handle);
            End = drained = Math.Clamp(drained, SpoolLayout.HeadSize, length);
            while (RecordAt(End) is { } record)
            {
                End += record.Length;
            }

            Torn = length - End;
            Damaged = Math.Max(0, SpoolLayout.ReadPosition(_handle, SpoolLayout.PublishedAt) - End);
        }
        else
        {
            Refresh();
        }

        Drained = Math.Clamp(drained, SpoolLayout.HeadSize, End);
        _readTo = Drained;
    }

    /// <summary>Looks what its owner has published meanwhile.</summary>
    public void Refresh()
    {
        if (!IsLeft)
        {
            End = SpoolLayout.ReadPosition(_handle, SpoolLayout.PublishedAt);
        }
    }

    /// <summary>The next record; null when there is none.</summary>
    /// <exception cref="InvalidDataException">There is a record that this program does not understand.</exception>
    public SpoolBatchItem? Peek()
    {
        if (_next is null && _readTo < End)
        {
            var record = RecordAt(_readTo) ?? throw new InvalidDataException("a record that was whole is so no more");
            var (append, ticket) = SpoolRecord.Read(record);
            _next = new(append, ticket, this, _readTo + record.Length);
        }

        return _next;
    }

    /// <summary>Goes on behind what <see cref="Peek"/> told.</summary>
    public SpoolBatchItem Take()
    {
        var taken = Peek()!;
        (_next, _readTo) = (null, taken.Next);
        return taken;
    }

    /// <summary>What was read and not stored is read again.</summary>
    public void Rewind() => (_next, _readTo) = (null, Drained);

    /// <summary>Everything before <paramref name="position"/> is stored.</summary>
    public void Advance(long position)
    {
        Drained = position;
        SpoolLayout.WritePosition(_handle, SpoolLayout.DrainedAt, position);
    }

    public void MoveTo(string path)
    {
        File.Move(Path, path);
        Path = path;
    }

    /// <summary>The lock goes last, so that nobody finds it free.</summary>
    public void Delete()
    {
        File.Delete(Path);
        Dispose();
    }

    public void Dispose() => _handle.Dispose();

    private static SafeFileHandle? TryOpen(string path, FileShare share)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, share);
        }
        catch (IOException)
        {
            // Somebody has it, or it is gone.
            return null;
        }
    }

    private byte[]? RecordAt(long position)
    {
        Span<byte> frame = stackalloc byte[2 * sizeof(uint)];
        var length = SpoolRecord.Announced(frame[..RandomAccess.Read(_handle, frame, position)]);
        if (length == 0)
        {
            return null;
        }

        var record = new byte[length];
        return RandomAccess.Read(_handle, record, position) == length && SpoolRecord.Measure(record) == length ? record : null;
    }
}
