using Chat.Contracts.Management;
using Chat.Server.Telemetry.Logging;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Settings;

/// <summary>Changes log levels in every process of the node and changes them back.</summary>
internal sealed class LogLevelDesk(LogLevels levels, IWorkerCommands commands, TimeProvider time) : IDisposable
{
    private const int Most = 50;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ITimer Timer, DateTimeOffset Until)> _reverts = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<LogLevelView> Current
    {
        get
        {
            lock (_lock)
            {
                return
                [
                    .. levels.Current.OrderBy(l => l.Key, StringComparer.Ordinal)
                        .Select(l => new LogLevelView(l.Key, l.Value.ToString(), _reverts.TryGetValue(l.Key, out var revert) ? revert.Until : null)),
                ];
            }
        }
    }

    /// <summary>The level that holds for it now, its own or a nearest one's.</summary>
    public LogLevel Of(string category) => levels.Of(category);

    /// <summary>False when too many are changed already.</summary>
    public bool TrySet(string category, LogLevel? level, TimeSpan @for)
    {
        lock (_lock)
        {
            if (level is not null && !_reverts.ContainsKey(category) && _reverts.Count >= Most)
            {
                return false;
            }

            if (_reverts.Remove(category, out var before))
            {
                before.Timer.Dispose();
            }

            if (level is not null)
            {
                _reverts[category] = (time.CreateTimer(_ => TrySet(category, null, TimeSpan.Zero), null, @for, Timeout.InfiniteTimeSpan), time.GetUtcNow() + @for);
            }

            // The reload of the configuration is what every process' levels follow.
            commands.Set($"Logging:LogLevel:{category}", level?.ToString());
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (timer, _) in _reverts.Values)
            {
                timer.Dispose();
            }

            _reverts.Clear();
        }
    }
}
