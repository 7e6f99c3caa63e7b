using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Settings;

/// <summary>
/// Settings that operators changed: in every process of the node at once, in those that start later, and after a restart of all. Only what the features declare as
/// changeable, and only to what they take for good.
/// </summary>
internal sealed partial class SettingChanges(
    IEnumerable<ILiveSection> sections, SettingsFile file, IWorkerCommands commands, TimeProvider time, ILogger<SettingChanges> logger) : IHostedLifecycleService
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SettingChange> _changes = new(StringComparer.OrdinalIgnoreCase);
    private readonly IReadOnlyList<(ILiveSection Section, LiveSetting Setting)> _known = [.. sections.SelectMany(s => s.Settings.Select(setting => (s, setting)))];

    public LiveSetting? Find(string key) => Known(key)?.Setting;

    public SettingChange? Of(string key)
    {
        lock (_lock)
        {
            return _changes.GetValueOrDefault(key);
        }
    }

    /// <summary>What it would become, or why it must not.</summary>
    public LiveTrial Try(LiveSetting setting, string value) => Known(setting.Key)!.Value.Section.Try(setting, value);

    /// <summary>Takes a value that <see cref="Try"/> found good; null goes back to what is configured. False: done, and a restart will have forgotten it.</summary>
    public bool Set(LiveSetting setting, string? value, string by)
    {
        lock (_lock)
        {
            if (value is null)
            {
                _changes.Remove(setting.Key);
            }
            else
            {
                _changes[setting.Key] = new SettingChange(value, time.GetUtcNow(), by);
            }

            var kept = file.TrySave(_changes);
            commands.Set(setting.Key, value);
            return kept;
        }
    }

    /// <summary>Before any worker is started, so that all have from their first moment on what was changed before.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var (key, change) in file.Load())
            {
                if (Find(key) is { } setting && Try(setting, change.Value) is LiveTrial.Good good)
                {
                    _changes[setting.Key] = change;
                    commands.Set(setting.Key, good.Value);
                }
                else
                {
                    Log.ChangeForgotten(logger, key);
                }
            }
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private (ILiveSection Section, LiveSetting Setting)? Known(string key)
    {
        foreach (var known in _known)
        {
            if (known.Setting.Key.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(3442, LogLevel.Warning, "The setting {Key} that an operator changed is not known or no longer good; what is configured holds", EventName = nameof(ChangeForgotten))]
        public static partial void ChangeForgotten(ILogger logger, string key);
    }
}
