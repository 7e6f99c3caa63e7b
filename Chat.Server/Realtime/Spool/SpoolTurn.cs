using Microsoft.Win32.SafeHandles;

namespace Chat.Server.Realtime.Spool;

/// <summary>
/// The right to drain the folder. One process of the node has it at a time, and it ends with that process. Its holder sees the files of
/// all, of the living and the dead, as one line: the order of the tickets.
/// </summary>
/// <param name="folder">Whose files.</param>
/// <param name="turn">The lock.</param>
/// <param name="logger">Is told of what was left.</param>
/// <param name="looking">For tests that publish amidst a look: called before each file that is opened.</param>
internal sealed partial class SpoolTurn(SpoolFolder folder, SafeFileHandle turn, ILogger logger, Action<string>? looking = null) : IDisposable
{
    private readonly Dictionary<string, SpoolReader> _readers = new(StringComparer.Ordinal);

    /// <summary>
    /// The next to be stored, all that was read before having been stored or rewound. Empty: nothing waits that has a receipt, and if
    /// nothing waits at all, everybody learns so.
    /// </summary>
    public List<SpoolBatchItem> Read(int most)
    {
        // In this order. Who has a receipt had it published before, and whatever its sender does next has a greater ticket: with everything
        // up to the ticket that is read here, all that was to come before it is seen below.
        var publications = folder.Board.Publications;
        var ticket = folder.Board.LastTicket;
        Look();
        var batch = new List<SpoolBatchItem>();
        while (batch.Count < most && Oldest() is { } oldest && oldest.Ticket <= ticket)
        {
            batch.Add(oldest.File.Take());
        }

        if (batch.Count == 0)
        {
            if (_readers.Values.All(r => r.IsDrained))
            {
                folder.Board.MarkDrained(publications);
            }
            else if (Oldest() is { } beyond)
            {
                // Published with a ticket of a board that was lost since, with the power perhaps. Read the next time.
                folder.Board.RaiseTickets(beyond.Ticket);
            }
        }

        return batch;
    }

    /// <summary>The first <paramref name="done"/> of what was read are stored or refused for good; the rest is read again.</summary>
    public void Advance(List<SpoolBatchItem> items, int done)
    {
        foreach (var last in items.Take(done).GroupBy(i => i.File).Select(g => g.Last()))
        {
            last.File.Advance(last.Next);
        }

        if (done < items.Count)
        {
            foreach (var reader in _readers.Values)
            {
                reader.Rewind();
            }
        }
    }

    public void Dispose()
    {
        foreach (var reader in _readers.Values)
        {
            reader.Dispose();
        }

        turn.Dispose();
    }

    /// <summary>When the oldest of what was seen last and is not stored was accepted; Unix milliseconds. Null: nothing was.</summary>
    public long? OldestAt => Oldest()?.Append.AcceptedAt;

    private SpoolBatchItem? Oldest()
    {
        SpoolBatchItem? oldest = null;
        foreach (var reader in _readers.Values.ToList())
        {
            if (PeekOrSetAside(reader) is { } next && (oldest is null || next.Ticket < oldest.Ticket))
            {
                oldest = next;
            }
        }

        return oldest;
    }

    private void Look()
    {
        var present = folder.Files(SpoolFolder.Suffix).ToHashSet(StringComparer.Ordinal);
        foreach (var (path, reader) in _readers.ToList())
        {
            reader.Refresh();
            if (!present.Contains(path) || (reader.IsDrained && !reader.IsLeft))
            {
                // Deleted by its owner; or perhaps its owner has died since, which opening it again will tell.
                _readers.Remove(path);
                reader.Dispose();
            }
        }

        foreach (var path in present.Where(p => !_readers.ContainsKey(p)))
        {
            looking?.Invoke(path);
            if (SpoolReader.TryOpen(path) is { } reader)
            {
                _readers.Add(path, reader);
                Begin(reader);
            }
        }

        foreach (var reader in _readers.Values.Where(r => r is { IsLeft: true, IsDrained: true }).ToList())
        {
            if (reader.Damaged > 0)
            {
                SetAside(reader, $"from byte {reader.End} on it is damaged, and what is before that is stored");
                continue;
            }

            _readers.Remove(reader.Path);
            reader.Delete();
        }
    }

    private void Begin(SpoolReader reader)
    {
        try
        {
            reader.Begin();
            if (reader.IsLeft && (!reader.IsDrained || reader.Torn > 0) && folder.IsNews(reader.Path))
            {
                Log.Adopted(logger, Path.GetFileName(reader.Path), reader.End - reader.Drained, reader.Torn);
            }
        }
        catch (Exception e) when (IsUnreadable(reader, e))
        {
            SetAside(reader, e.Message);
        }
    }

    private SpoolBatchItem? PeekOrSetAside(SpoolReader reader)
    {
        try
        {
            return reader.Peek();
        }
        catch (Exception e) when (IsUnreadable(reader, e))
        {
            SetAside(reader, e.Message);
            return null;
        }
    }

    /// <summary>A living owner may be in the middle of a write; what the dead left does not change any more.</summary>
    private static bool IsUnreadable(SpoolReader reader, Exception e) => reader.IsLeft && e is InvalidDataException or EndOfStreamException;

    /// <summary>Of another version, or damaged: what is in it is kept for who can read it (<see cref="SpoolCommand"/>), and holds up nobody.</summary>
    private void SetAside(SpoolReader reader, string reason)
    {
        _readers.Remove(reader.Path);
        reader.MoveTo(Path.ChangeExtension(reader.Path, SpoolFolder.UnreadableSuffix));
        reader.Dispose();
        Log.Unreadable(logger, Path.GetFileName(reader.Path), reason);
    }

    private static partial class Log
    {
        [LoggerMessage(1400, LogLevel.Warning, "Took over {File} of a process that is gone: {Bytes} bytes to be stored, {Torn} bytes behind them that are no whole record", EventName = "SpoolAdopted")]
        public static partial void Adopted(ILogger logger, string file, long bytes, long torn);

        [LoggerMessage(1404, LogLevel.Error, "{File} holds spooled sends that cannot be read: {Reason}. It is kept under this name and not stored; the command \"spool\" shows what is in it", EventName = "SpoolUnreadable")]
        public static partial void Unreadable(ILogger logger, string file, string reason);
    }
}
