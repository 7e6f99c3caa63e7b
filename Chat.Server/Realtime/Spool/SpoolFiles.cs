using Microsoft.Extensions.Options;

namespace Chat.Server.Realtime.Spool;

/// <summary>The files of this process's spool, oldest first: written at the end, read and given up at the front.</summary>
internal sealed class SpoolFiles(SpoolFolder folder, IOptions<RealtimeOptions> options) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<SpoolFile> _files = [];
    private SpoolFile? _open;
    private SpoolFile? _busy;

    public bool HasUnread
    {
        get
        {
            lock (_lock)
            {
                return _files.Exists(f => !f.IsRead);
            }
        }
    }

    /// <summary>The file to write to next, until <see cref="EndWrite"/>.</summary>
    public SpoolFile BeginWrite()
    {
        lock (_lock)
        {
            if (_open is null || _open.End >= options.Value.SpoolFileBytes)
            {
                _open = folder.Create();
                _files.Add(_open);
            }

            return _busy = _open;
        }
    }

    /// <summary>What was written can be read from now on. After a sync that failed the file is not to be trusted with more.</summary>
    public void EndWrite(bool saved)
    {
        lock (_lock)
        {
            if (saved)
            {
                _busy?.Publish();
            }
            else
            {
                _open = null;
            }

            _busy = null;
        }
    }

    /// <summary>The next records, of one file.</summary>
    public List<SpoolBatchItem> Read(int most)
    {
        SpoolFile? file;
        lock (_lock)
        {
            file = _files.Find(f => !f.IsRead);
        }

        return file?.Read(most) ?? [];
    }

    /// <summary>All up to this one is stored; files of which all is are deleted.</summary>
    public void Advance(SpoolBatchItem last)
    {
        List<SpoolFile> done;
        lock (_lock)
        {
            last.File.Advance(last.Next);
            done = _files.FindAll(f => f.IsDrained && f != _busy);
            _files.RemoveAll(done.Contains);
            _open = _open is not null && done.Contains(_open) ? null : _open;
        }

        done.ForEach(f => f.Delete());
    }

    /// <summary>What was read and is not stored is read again.</summary>
    public void Rewind()
    {
        lock (_lock)
        {
            _files.ForEach(f => f.Rewind());
        }
    }

    /// <summary>Lets go of them: what is in them is anybody's now.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _files.ForEach(f => f.Dispose());
            _files.Clear();
            _open = null;
        }
    }
}
