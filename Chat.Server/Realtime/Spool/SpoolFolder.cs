using System.Collections.Concurrent;
using Chat.Server.Storage.Conversations;
using Microsoft.Extensions.Options;

namespace Chat.Server.Realtime.Spool;

/// <summary>
/// The folder that the processes of a node share. Each makes files of its own; one at a time stores what is in them all, in the order in which it
/// came to the node, whether who wrote it lives or not.
/// </summary>
internal sealed partial class SpoolFolder : IRealtimeOrder
{
    public const string Suffix = ".spool";

    /// <summary>Of a file that nobody drains, because not all of it can be read.</summary>
    public const string UnreadableSuffix = ".unreadable";

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger<SpoolFolder> _logger;
    private readonly Lazy<SpoolBoard> _board;
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);

    public SpoolFolder(IOptions<RealtimeOptions> options, TimeProvider time, ILogger<SpoolFolder> logger)
    {
        (_path, _time, _logger) = (Path.GetFullPath(options.Value.SpoolFolder), time, logger);
        _board = new Lazy<SpoolBoard>(OpenBoard);
    }

    /// <summary>What the processes of the node tell each other at every send.</summary>
    public SpoolBoard Board => _board.Value;

    public bool IsClear => Board.IsClear;

    public void Make()
    {
        Directory.CreateDirectory(_path);
        if (!OperatingSystem.IsWindows())
        {
            // It holds messages.
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string PathOf(string name) => Path.Combine(_path, name);

    public IEnumerable<string> Files(string suffix) =>
        Directory.Exists(_path) ? Directory.EnumerateFiles(_path, "*" + suffix).Where(f => f.EndsWith(suffix, StringComparison.Ordinal)) : [];

    /// <summary>A new file of this process.</summary>
    public SpoolFile Create()
    {
        Make();
        // For people, names sort by age.
        return SpoolFile.Create(PathOf($"{_time.GetUtcNow().ToUnixTimeMilliseconds():x12}-{Guid.NewGuid():n}{Suffix}"));
    }

    /// <summary>True once: in a long outage the same file is looked at again and again.</summary>
    public bool IsNews(string file) => _told.TryAdd(file, true);

    /// <summary>Null: another process has it.</summary>
    /// <param name="looking">For tests; see <see cref="SpoolTurn"/>.</param>
    public SpoolTurn? TryTakeTurn(Action<string>? looking = null)
    {
        Make();
        try
        {
            return new SpoolTurn(this, File.OpenHandle(PathOf("turn"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), _logger, looking);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private SpoolBoard OpenBoard()
    {
        try
        {
            Make();
            return SpoolBoard.Open(PathOf("board"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where not even this can be written nothing will be spooled; what storage takes goes on.
            Log.BoardFault(_logger, e.GetType().Name);
            return SpoolBoard.Private();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1407, LogLevel.Error, "The folder of the spool cannot be written to ({Exception}); until this process starts again it knows nothing of what others spool", EventName = "BoardFault")]
        public static partial void BoardFault(ILogger logger, string exception);
    }
}
