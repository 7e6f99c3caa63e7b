using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Chat.Client.Sending;

/// <summary>
/// The outbox on disk. One loop writes: what comes while a write and its flush are under way goes out together with the
/// next. Completions need no flush, since a send that is repeated after a crash is answered as a duplicate.
/// </summary>
internal sealed partial class OutboxJournal : IAsyncDisposable
{
    private readonly ILogger _logger;
    private readonly JournalFile _file;
    private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;
    private long _lastNumber;

    private OutboxJournal(JournalFile file, IReadOnlyList<OutboxItem> restored, ILogger logger)
    {
        _file = file;
        _logger = logger;
        Restored = restored;
        _lastNumber = restored.Count == 0 ? 0 : restored.Max(item => item.Number);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>What an earlier run left without a receipt, in order.</summary>
    public IReadOnlyList<OutboxItem> Restored { get; }

    public static OutboxJournal Open(string path, ILogger logger)
    {
        var file = JournalFile.Open(path, out var live, out var torn);
        if (torn > 0)
        {
            Log.TornTail(logger, torn);
        }

        var restored = new List<OutboxItem>(live.Count);
        foreach (var (number, payload) in live)
        {
            if (JournalPayload.Read(payload) is { } item)
            {
                item.Number = number;
                restored.Add(item);
            }
            else
            {
                Log.UnknownRecord(logger, number);
            }
        }

        return new OutboxJournal(file, restored, logger);
    }

    /// <summary>Completes when the items are on disk; <paramref name="written"/> is called before, in the order of the file.</summary>
    public Task AppendAsync(IReadOnlyList<OutboxItem> items, Action<IReadOnlyList<OutboxItem>> written)
    {
        var append = new Append(items, written);
        return _changes.Writer.TryWrite(append) ? append.Written.Task : throw new ChatClosedException(null);
    }

    /// <summary>The item has its receipt, or the caller gave up.</summary>
    public void Done(OutboxItem item) => _changes.Writer.TryWrite(new Finish(item.Number));

    /// <summary>Writes what is left and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _writing;
        _file.Dispose();
    }

    private async Task WriteAsync()
    {
        var group = new List<Change>();
        while (await _changes.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < 1024 && _changes.Reader.TryRead(out var change))
            {
                group.Add(change);
            }

            WriteGroup(group);
        }
    }

    private void WriteGroup(List<Change> group)
    {
        try
        {
            foreach (var change in group)
            {
                switch (change)
                {
                    case Append append:
                        foreach (var item in append.Items)
                        {
                            item.Number = ++_lastNumber;
                            _file.Add(item.Number, JournalPayload.Write(item));
                        }

                        break;
                    case Finish finish:
                        _file.Done(finish.Number);
                        break;
                }
            }

            _file.Commit(durably: group.Any(change => change is Append));
        }
        catch (Exception e)
        {
            Log.NotWritten(_logger, e.GetType().Name);
            _file.Revert();
            foreach (var append in group.OfType<Append>())
            {
                append.Written.SetException(e);
            }

            return;
        }

        foreach (var append in group.OfType<Append>())
        {
            append.Enqueue(append.Items);
            append.Written.SetResult();
        }
    }

    private abstract record Change;

    private sealed record Append(IReadOnlyList<OutboxItem> Items, Action<IReadOnlyList<OutboxItem>> Enqueue) : Change
    {
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Finish(long Number) : Change;

    private static partial class Log
    {
        [LoggerMessage(5010, LogLevel.Warning, "The outbox file ended in {Bytes} bytes that were not written completely; they were cut off", EventName = "TornTail")]
        public static partial void TornTail(ILogger logger, long bytes);

        [LoggerMessage(5011, LogLevel.Warning, "Record {Number} of the outbox file is of an unknown kind and is not sent", EventName = "UnknownRecord")]
        public static partial void UnknownRecord(ILogger logger, long number);

        [LoggerMessage(5012, LogLevel.Error, "The outbox file cannot be written ({Exception})", EventName = "NotWritten")]
        public static partial void NotWritten(ILogger logger, string exception);
    }
}
