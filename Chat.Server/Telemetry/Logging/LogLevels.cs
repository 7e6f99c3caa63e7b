using Microsoft.Extensions.Primitives;
using Serilog.Core;
using Serilog.Events;

namespace Chat.Server.Telemetry.Logging;

/// <summary>Log levels that can be changed while running.</summary>
internal interface ILogLevels
{
    /// <summary>Category prefixes (<c>Default</c> for all others) with the level that holds now.</summary>
    IReadOnlyDictionary<string, LogLevel> Current { get; }

    /// <summary>False when the category has no level of its own. With <paramref name="revertAfter"/> the configured level comes back by itself.</summary>
    bool TrySet(string category, LogLevel level, TimeSpan? revertAfter = null);
}

/// <summary>The levels of <c>Logging:LogLevel</c> as switches; a change of the file is followed too.</summary>
internal sealed class LogLevels : ILogLevels, IDisposable
{
    public const string Default = "Default";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LoggingLevelSwitch> _switches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITimer> _reverts = new(StringComparer.Ordinal);
    private readonly IConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly IDisposable _changes;

    public LogLevels(IConfiguration configuration, TimeProvider time)
    {
        _configuration = configuration.GetSection("Logging:LogLevel");
        _time = time;
        foreach (var category in Categories())
        {
            _switches[category] = new LoggingLevelSwitch(ToSerilog(Configured(category)));
        }

        _changes = ChangeToken.OnChange(_configuration.GetReloadToken, Reload);
    }

    public IReadOnlyDictionary<string, LogLevel> Current => _switches.ToDictionary(s => s.Key, s => FromSerilog(s.Value.MinimumLevel), StringComparer.Ordinal);

    public IReadOnlyDictionary<string, LoggingLevelSwitch> Switches => _switches;

    public bool TrySet(string category, LogLevel level, TimeSpan? revertAfter = null)
    {
        if (!_switches.TryGetValue(category, out var found))
        {
            return false;
        }

        lock (_gate)
        {
            StopReverting(category);
            found.MinimumLevel = ToSerilog(level);
            if (revertAfter is { } after)
            {
                _reverts[category] = _time.CreateTimer(_ => Revert(category), state: null, after, Timeout.InfiniteTimeSpan);
            }
        }

        return true;
    }

    public void Dispose()
    {
        _changes.Dispose();
        lock (_gate)
        {
            foreach (var category in _reverts.Keys.ToArray())
            {
                StopReverting(category);
            }
        }
    }

    internal static LogEventLevel ToSerilog(LogLevel level) => level switch
    {
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        LogLevel.Critical => LogEventLevel.Fatal,
        _ => LevelAlias.Off,
    };

    private static LogLevel FromSerilog(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => LogLevel.Trace,
        LogEventLevel.Debug => LogLevel.Debug,
        LogEventLevel.Information => LogLevel.Information,
        LogEventLevel.Warning => LogLevel.Warning,
        LogEventLevel.Error => LogLevel.Error,
        LogEventLevel.Fatal => LogLevel.Critical,
        _ => LogLevel.None,
    };

    private IEnumerable<string> Categories() => _configuration.GetChildren().Select(c => c.Key).Append(Default).Append("Chat").Distinct(StringComparer.Ordinal);

    private LogLevel Configured(string category) =>
        Enum.TryParse<LogLevel>(_configuration[category], ignoreCase: true, out var level)
            || Enum.TryParse(_configuration[Default], ignoreCase: true, out level)
            ? level
            : LogLevel.Information;

    private void Revert(string category)
    {
        lock (_gate)
        {
            StopReverting(category);
            _switches[category].MinimumLevel = ToSerilog(Configured(category));
        }
    }

    private void Reload()
    {
        lock (_gate)
        {
            foreach (var (category, found) in _switches)
            {
                // What an operator set for a while holds for that while.
                if (!_reverts.ContainsKey(category))
                {
                    found.MinimumLevel = ToSerilog(Configured(category));
                }
            }
        }
    }

    private void StopReverting(string category)
    {
        if (_reverts.Remove(category, out var timer))
        {
            timer.Dispose();
        }
    }
}
