using Microsoft.Extensions.Options;

namespace Chat.Server.Realtime.Spool;

/// <summary>The files of this process's spool: written at the end of the last, deleted when whoever drains has stored all that is in them.</summary>
internal sealed class SpoolFiles(SpoolFolder folder, IOptions<RealtimeOptions> options) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<SpoolFile> _files = [];
    private SpoolFile? _open;
    private SpoolFile? _busy;

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

    /// <summary>What was written can be read from now on, and all learn that there is something. After a sync that failed the file is not to be trusted with more.</summary>
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

        folder.Board.MarkPublished();
    }

    /// <summary>Deletes the files of which all is stored. Under the spool's lock, which guards what is asked of them.</summary>
    public void DeleteDrained()
    {
        lock (_lock)
        {
            foreach (var done in _files.FindAll(f => f != _busy && f.Drained >= f.End))
            {
                _files.Remove(done);
                _open = _open == done ? null : _open;
                done.Delete();
            }
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
