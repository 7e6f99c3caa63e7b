using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Chat.Server.Management.Settings;

/// <summary>What an operator changed.</summary>
internal sealed record SettingChange(string Value, DateTimeOffset At, string By);

/// <summary>The changes on disk. Written beside, flushed and renamed: a crash leaves the old or the new file, never half of one.</summary>
internal sealed partial class SettingsFile(IOptions<ManagementOptions> options, ILogger<SettingsFile> logger)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly string _path = options.Value.SettingsFile.Length == 0 ? "" : Path.GetFullPath(options.Value.SettingsFile);

    public IReadOnlyDictionary<string, SettingChange> Load()
    {
        if (_path.Length == 0 || !File.Exists(_path))
        {
            return new Dictionary<string, SettingChange>();
        }

        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, SettingChange>>(File.ReadAllBytes(_path), Json) ?? [];
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // Kept for whoever wants to know what it was; the configuration holds.
            File.Move(_path, _path + ".unreadable", overwrite: true);
            Log.SettingsUnreadable(logger, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.SettingsUnreadable(logger, e);
        }

        return new Dictionary<string, SettingChange>();
    }

    /// <summary>False: a restart will have forgotten it.</summary>
    public bool TrySave(IReadOnlyDictionary<string, SettingChange> changes)
    {
        if (_path.Length == 0)
        {
            return false;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            var beside = _path + ".new";
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                JsonSerializer.Serialize(stream, changes, Json);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, _path, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.SettingsNotSaved(logger, e);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3440, LogLevel.Error, "The settings that operators changed could not be read; what is configured holds", EventName = nameof(SettingsUnreadable))]
        public static partial void SettingsUnreadable(ILogger logger, Exception exception);

        [LoggerMessage(3441, LogLevel.Error, "A changed setting could not be kept on disk; it holds until the restart", EventName = nameof(SettingsNotSaved))]
        public static partial void SettingsNotSaved(ILogger logger, Exception exception);
    }
}
