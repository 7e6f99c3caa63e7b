using Microsoft.Win32.SafeHandles;

namespace Chat.Server.Realtime.Spool;

/// <summary>
/// One file of a spool, as its owner has it: written at the end. The kernel's lock on it ends with its owner, however that dies; who
/// drains (<see cref="SpoolReader"/>) tells by it whether there will be more.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private long _written = SpoolLayout.HeadSize;
    private long _drained = SpoolLayout.HeadSize;
    private bool _closed;

    private SpoolFile(SafeFileHandle handle, string path) => (_handle, Path) = (handle, path);

    public string Path { get; }

    /// <summary>Behind the last record that can be read.</summary>
    public long End { get; private set; } = SpoolLayout.HeadSize;

    /// <summary>Everything before it is stored, by whomever.</summary>
    public long Drained => _closed ? _drained : _drained = SpoolLayout.ReadPosition(_handle, SpoolLayout.DrainedAt);

    /// <exception cref="IOException">It cannot be made.</exception>
    public static SpoolFile Create(string path)
    {
        // Locked before it has its name: under that nobody ever finds it free while its owner lives.
        var making = path + ".new";
        var handle = File.OpenHandle(making, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            SpoolLayout.WriteHead(handle);
            File.Move(making, path);
            return new SpoolFile(handle, path);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
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
    public void Publish()
    {
        SpoolLayout.WritePosition(_handle, SpoolLayout.PublishedAt, _written);
        End = _written;
    }

    /// <summary>The lock goes last, so that nobody finds it free.</summary>
    public void Delete()
    {
        File.Delete(Path);
        Dispose();
    }

    public void Dispose()
    {
        _closed = true;
        _handle.Dispose();
    }
}
