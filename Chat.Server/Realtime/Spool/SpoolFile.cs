using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Chat.Server.Realtime.Spool;

/// <summary>
/// One file of a spool. The kernel's lock on it ends with its owner, however that dies: a file that can be locked is an orphan. Its
/// head tells how far it has been stored; that may lag behind, for what is stored again under the same id is found to be there.
/// One writer and one reader at a time; they may be two.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    private const ulong Magic = 0x31_4C_4F_4F_50_53_43_01;
    private const int HeadSize = 16;
    private readonly SafeFileHandle _handle;
    private long _end;
    private long _written;

    private SpoolFile(SafeFileHandle handle, string path)
    {
        _handle = handle;
        Path = path;
        _end = Drained = ReadTo = HeadSize;
    }

    public string Path { get; private set; }

    /// <summary>Behind the last whole record.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>Everything before it is stored.</summary>
    public long Drained { get; private set; }

    /// <summary>Where reading goes on.</summary>
    public long ReadTo { get; private set; }

    /// <summary>Bytes that were cut off behind the last whole record when it was adopted.</summary>
    public long Torn { get; private set; }

    public bool IsDrained => Drained == End;

    public bool IsRead => ReadTo == End;

    /// <exception cref="IOException">It cannot be made, or somebody looked at it in the very moment: try another name.</exception>
    public static SpoolFile Create(string path)
    {
        var file = new SpoolFile(File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None), path);
        Span<byte> head = stackalloc byte[HeadSize];
        BinaryPrimitives.WriteUInt64LittleEndian(head, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(head[sizeof(ulong)..], HeadSize);
        RandomAccess.Write(file._handle, head, 0);
        return file;
    }

    /// <summary>Null: its owner lives, or it is gone.</summary>
    public static SpoolFile? TryAdopt(string path)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }

        var file = new SpoolFile(handle, path);
        file.Recover();
        return file;
    }

    /// <summary>Adds whole records; they are safe when this returns, and read after <see cref="Publish"/>.</summary>
    /// <param name="beforeSync">For tests that crash in between.</param>
    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> records, Action beforeSync)
    {
        RandomAccess.Write(_handle, records, End);
        beforeSync();
        RandomAccess.FlushToDisk(_handle);
        _written = End + records.Sum(r => (long)r.Length);
    }

    /// <summary>What was added can be read from now on.</summary>
    public void Publish() => Volatile.Write(ref _end, Math.Max(End, _written));

    /// <summary>The next records, each with the place behind it.</summary>
    /// <exception cref="InvalidDataException">There is a record that this program does not understand.</exception>
    public List<SpoolBatchItem> Read(int most)
    {
        var found = new List<SpoolBatchItem>();
        while (found.Count < most && ReadTo < End)
        {
            var record = RecordAt(ReadTo) ?? throw new InvalidDataException("A record that was whole is so no more.");
            var append = SpoolRecord.Read(record);
            ReadTo += record.Length;
            found.Add(new(append, this, ReadTo));
        }

        return found;
    }

    /// <summary>What was read and not stored is read again.</summary>
    public void Rewind() => ReadTo = Drained;

    /// <summary>Everything before <paramref name="position"/> is stored.</summary>
    public void Advance(long position)
    {
        Drained = position;
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, position);
        RandomAccess.Write(_handle, bytes, sizeof(ulong));
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

    private void Recover()
    {
        var length = RandomAccess.GetLength(_handle);
        Span<byte> head = stackalloc byte[HeadSize];
        if (RandomAccess.Read(_handle, head, 0) < HeadSize || BinaryPrimitives.ReadUInt64LittleEndian(head) != Magic)
        {
            // Its owner died while making it.
            Torn = length;
            return;
        }

        while (RecordAt(_end) is { } record)
        {
            _end += record.Length;
        }

        Torn = length - _end;
        Drained = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(head[sizeof(ulong)..]), HeadSize, _end);
        Rewind();
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
