namespace Chat.Client.Sending;

/// <summary>
/// The append-only file: a header, then records. What follows the first record that does not check is a write that a crash
/// cut short. Not thread-safe: the journal's one loop uses it.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private const int HeaderLength = 8;
    private const int CompactAbove = 1024 * 1024;

    private static ReadOnlySpan<byte> Header => "CHATOBX1"u8;

    private readonly string _path;
    private readonly MemoryStream _pending = new();
    private readonly List<Action> _pendingEffects = [];
    private SortedDictionary<long, (long Offset, int Length)> _live = [];
    private FileStream _file;
    private long _end;
    private long _liveBytes;
    private long _compactAbove = CompactAbove;

    private JournalFile(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    public static JournalFile Open(string path, out IReadOnlyList<(long Number, byte[] Payload)> live, out long torn)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var journal = new JournalFile(path, OpenStream(path));
        try
        {
            live = journal.Read();
            torn = journal._file.Length - journal._end;
            if (torn > 0)
            {
                journal._file.SetLength(journal._end);
            }

            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    public void Add(long number, byte[] payload)
    {
        var offset = _end + _pending.Length;
        var record = JournalRecord.Write(JournalKind.Added, number, payload);
        _pending.Write(record);
        _pendingEffects.Add(() =>
        {
            _live[number] = (offset, record.Length);
            _liveBytes += record.Length;
        });
    }

    public void Done(long number)
    {
        _pending.Write(JournalRecord.Write(JournalKind.Finished, number, []));
        _pendingEffects.Add(() =>
        {
            if (_live.Remove(number, out var place))
            {
                _liveBytes -= place.Length;
            }
        });
    }

    /// <summary>Writes what was added since the last commit, and flushes it to the disk itself where asked.</summary>
    public void Commit(bool durably)
    {
        _file.Position = _end;
        _pending.WriteTo(_file);
        _file.Flush(flushToDisk: durably);
        _end += _pending.Length;
        _pendingEffects.ForEach(effect => effect());
        Forget();
        Compact();
    }

    /// <summary>After a failed commit: half a record in the middle would hide all that come after it.</summary>
    public void Revert()
    {
        Forget();
        try
        {
            _file.SetLength(_end);
        }
        catch (IOException)
        {
            // The next commit writes over it from the same place.
        }
    }

    public void Dispose() => _file.Dispose();

    private void Forget()
    {
        _pending.SetLength(0);
        _pendingEffects.Clear();
    }

    private void Compact()
    {
        if (_live.Count == 0 && _end > HeaderLength)
        {
            _file.SetLength(HeaderLength);
            _end = HeaderLength;
            return;
        }

        if (_end < _compactAbove || _liveBytes * 2 > _end)
        {
            return;
        }

        try
        {
            Rewrite();
            _compactAbove = CompactAbove;
        }
        catch (IOException)
        {
            // Nothing is lost, the file is only longer than it need be; the next try waits until it is twice as long.
            _compactAbove = _end * 2;
        }
    }

    private void Rewrite()
    {
        var temporary = _path + ".new";
        var places = new SortedDictionary<long, (long Offset, int Length)>();
        var end = (long)HeaderLength;
        File.Delete(temporary);
        using (var fresh = OpenStream(temporary))
        {
            fresh.Write(Header);
            foreach (var (number, (from, length)) in _live)
            {
                var record = new byte[length];
                _file.Position = from;
                _file.ReadExactly(record);
                fresh.Write(record);
                places[number] = (end, length);
                end += length;
            }

            fresh.Flush(flushToDisk: true);
        }

        // The new file takes the old one's name in one step, so that a crash leaves the one or the other.
        _file.Dispose();
        try
        {
            File.Move(temporary, _path, overwrite: true);
            _live = places;
            _end = end;
        }
        finally
        {
            _file = OpenStream(_path);
        }
    }

    private List<(long Number, byte[] Payload)> Read()
    {
        if (_file.Length < HeaderLength)
        {
            // New, or cut short while it was made: nothing was promised yet.
            _file.SetLength(0);
            _file.Write(Header);
            _file.Flush(flushToDisk: true);
            _end = HeaderLength;
            return [];
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        _file.ReadExactly(header);
        if (!header.SequenceEqual(Header))
        {
            throw new InvalidDataException($"'{Path.GetFileName(_path)}' is not an outbox file; {nameof(ChatClientOptions.OutboxPath)} must name one of its own.");
        }

        var payloads = new SortedDictionary<long, byte[]>();
        _end = HeaderLength;
        while (JournalRecord.Read(_file) is { } record)
        {
            if (record.Kind == JournalKind.Added)
            {
                payloads[record.Number] = record.Payload;
                _live[record.Number] = (_end, record.Length);
                _liveBytes += record.Length;
            }
            else if (payloads.Remove(record.Number) && _live.Remove(record.Number, out var place))
            {
                _liveBytes -= place.Length;
            }

            _end += record.Length;
        }

        return [.. payloads.Select(pair => (pair.Key, pair.Value))];
    }

    private static FileStream OpenStream(string path)
        => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
}
