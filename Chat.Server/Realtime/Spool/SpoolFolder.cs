using Microsoft.Extensions.Options;

namespace Chat.Server.Realtime.Spool;

/// <summary>
/// The folder that the processes of a node share. Each makes files of its own; what a dead one left is adopted by one of the others,
/// oldest first, and everybody queues behind it: its publishers have come to them.
/// </summary>
internal sealed partial class SpoolFolder(IOptions<RealtimeOptions> options, TimeProvider time, ILogger<SpoolFolder> logger)
{
    private const string Owned = ".spool";
    private const string Adopted = ".adopted";

    /// <summary>
    /// Nobody comes from a dead process to this one in less: to connect, to upgrade and to shake hands are three round trips and a token
    /// that is checked. (25 ms were not short enough.)
    /// </summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(1);

    private readonly string _path = System.IO.Path.GetFullPath(options.Value.SpoolFolder);
    private readonly Lock _lock = new();
    private long? _lookedAt;
    private bool _clear;

    /// <summary>No dead process's events wait to be stored. Looked up at most every few milliseconds.</summary>
    public bool IsClear
    {
        get
        {
            lock (_lock)
            {
                if (_lookedAt is not { } at || time.GetElapsedTime(at) > LookEvery)
                {
                    _clear = Orphans() is [];
                    _lookedAt = time.GetTimestamp();
                }

                return _clear;
            }
        }
    }

    public void Make()
    {
        Directory.CreateDirectory(_path);
        if (!OperatingSystem.IsWindows())
        {
            // It holds messages.
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string PathOf(string name) => System.IO.Path.Combine(_path, name);

    public IEnumerable<string> Files(string suffix) => Directory.Exists(_path) ? Directory.EnumerateFiles(_path, "*" + suffix) : [];

    /// <summary>A new file of this process.</summary>
    public SpoolFile Create()
    {
        Make();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                // Names sort by age.
                return SpoolFile.Create(PathOf($"{time.GetUtcNow().ToUnixTimeMilliseconds():x12}-{Guid.NewGuid():n}{Owned}"));
            }
            catch (IOException) when (attempt < 3)
            {
                // Another process looked whether it is an orphan, in the moment between its making and its locking; it will take it for one.
            }
        }
    }

    /// <summary>
    /// The oldest orphan, if it is nobody else's. It has its new name before it is locked: locked under the old one it would look, to whoever
    /// looks in that moment, like the file of a process that lives.
    /// </summary>
    public SpoolFile? TryAdopt()
    {
        if (Orphans() is not [var oldest, ..])
        {
            return null;
        }

        var path = System.IO.Path.ChangeExtension(oldest, Adopted);
        if ((path != oldest && !TryMove(oldest, path)) || SpoolFile.TryAdopt(path) is not { } file)
        {
            return null;
        }

        if (!file.IsDrained || file.Torn > 0)
        {
            Log.Adopted(logger, System.IO.Path.GetFileName(oldest), file.End - file.Drained, file.Torn);
        }

        return file;
    }

    /// <summary>It is nobody's to store any more.</summary>
    public void SetAside(SpoolFile file) => file.MoveTo(System.IO.Path.ChangeExtension(file.Path, ".unreadable"));

    /// <summary>Looks again at the next question.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _lookedAt = null;
        }
    }

    /// <summary>What was adopted, by whomever, and what can be locked. A file that changes its name while the folder is read may be missed once, not twice.</summary>
    private List<string> Orphans() => Directory.Exists(_path) ? List() is { Count: > 0 } found ? found : List() : [];

    private List<string> List() =>
    [
        .. Directory.EnumerateFiles(_path)
            .Where(f => f.EndsWith(Adopted, StringComparison.Ordinal) || (f.EndsWith(Owned, StringComparison.Ordinal) && IsUnlocked(f)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A shared lock, so that two who look do not take each other for the owner.</summary>
    private static bool IsUnlocked(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool TryMove(string from, string to)
    {
        try
        {
            File.Move(from, to);
            return true;
        }
        catch (IOException)
        {
            // Another process was quicker.
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1400, LogLevel.Warning, "Took over {File} of a process that is gone: {Bytes} bytes to be stored, {Torn} bytes of a record that was never confirmed", EventName = "SpoolAdopted")]
        public static partial void Adopted(ILogger logger, string file, long bytes, long torn);
    }
}
