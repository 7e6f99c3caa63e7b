using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace Chat.Server.Alerts;

/// <summary>
/// The state on disk. Written beside, flushed and renamed: a crash leaves the old or the new one, never half of one. Who
/// holds the lock notifies; a second supervisor on the same folder judges and shows, and takes over when the lock is free.
/// </summary>
internal sealed partial class AlertStateFile(IOptions<AlertsOptions> options, ILogger<AlertStateFile> logger) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        WriteIndented = true,
    };

    private readonly string _folder = options.Value.Folder;
    private FileStream? _lock;
    private bool _memoryOnly = options.Value.Folder.Length == 0;

    /// <summary>Also true when nothing can be kept on disk: then there is nobody to share with, and a page must go out all the same.</summary>
    public bool IsHeld => _memoryOnly || _lock is not null;

    private string StatePath => Path.Combine(_folder, "alerts.json");

    public bool TryHold()
    {
        if (IsHeld)
        {
            return true;
        }

        var path = Path.Combine(_folder, "alerts.lock");
        try
        {
            Directory.CreateDirectory(_folder);
            _lock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _memoryOnly = true;
            Log.AlertFolderUnusable(logger, e);
            return true;
        }
    }

    public AlertState? Load()
    {
        if (_memoryOnly || !File.Exists(StatePath))
        {
            return null;
        }

        try
        {
            using var stream = File.OpenRead(StatePath);
            return JsonSerializer.Deserialize<AlertState>(stream, Json);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // Kept for whoever wants to know what it was; alerting goes on from nothing.
            File.Move(StatePath, StatePath + ".unreadable", overwrite: true);
            Log.AlertStateUnreadable(logger, e);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.AlertFolderUnusable(logger, e);
            return null;
        }
    }

    public static byte[] Serialize(AlertState state) => JsonSerializer.SerializeToUtf8Bytes(state, Json);

    public bool Save(byte[] state)
    {
        if (_memoryOnly)
        {
            return true;
        }

        try
        {
            var beside = StatePath + ".new";
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(state);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, StatePath, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk must not keep a page from being sent; what is lost is only the memory of it after a restart.
            Log.AlertStateNotSaved(logger, e);
            return false;
        }
    }

    public void Dispose() => _lock?.Dispose();

    private static partial class Log
    {
        [LoggerMessage(3210, LogLevel.Error, "The alert state could not be read; it was put aside", EventName = nameof(AlertStateUnreadable))]
        public static partial void AlertStateUnreadable(ILogger logger, Exception exception);

        [LoggerMessage(3211, LogLevel.Error, "The alert state could not be saved", EventName = nameof(AlertStateNotSaved))]
        public static partial void AlertStateNotSaved(ILogger logger, Exception exception);

        [LoggerMessage(3212, LogLevel.Error, "The folder of the alert state cannot be used; what fires is not remembered across restarts", EventName = nameof(AlertFolderUnusable))]
        public static partial void AlertFolderUnusable(ILogger logger, Exception exception);
    }
}
