using Microsoft.Extensions.Primitives;

namespace Chat.Server.Telemetry.Logging;

/// <summary>
/// The levels of <c>Logging:LogLevel</c>, of any category, as the configuration has them now. A logger holds its category's cell and reads one field at
/// every call; a change looks through the cells instead.
/// </summary>
internal sealed class LogLevels : IDisposable
{
    public const string Default = "Default";

    // It has a level of its own also where none is configured, so that it can be seen and changed.
    private const string Ours = "Chat";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LevelCell> _cells = new(StringComparer.Ordinal);
    private readonly IConfiguration _configuration;
    private readonly IDisposable _changes;
    private volatile Dictionary<string, LogLevel> _rules;

    public LogLevels(IConfiguration configuration)
    {
        _configuration = configuration.GetSection("Logging:LogLevel");
        _rules = Read();
        _changes = ChangeToken.OnChange(_configuration.GetReloadToken, Reload);
    }

    /// <summary>Category prefixes (<see cref="Default"/> for all others) with the level that holds now.</summary>
    public IReadOnlyDictionary<string, LogLevel> Current => _rules;

    /// <summary>The level of the nearest: of <c>A.B.C</c> the one of itself, of <c>A.B</c>, of <c>A</c>, or the default.</summary>
    public LogLevel Of(string category)
    {
        var rules = _rules;
        for (var name = category; name.Length > 0; name = name[..Math.Max(0, name.LastIndexOf('.'))])
        {
            if (rules.TryGetValue(name, out var level))
            {
                return level;
            }
        }

        return rules[Default];
    }

    public LevelCell CellOf(string category)
    {
        lock (_gate)
        {
            if (!_cells.TryGetValue(category, out var cell))
            {
                _cells[category] = cell = new LevelCell { Level = Of(category) };
            }

            return cell;
        }
    }

    public void Dispose() => _changes.Dispose();

    private Dictionary<string, LogLevel> Read()
    {
        var fallback = Parse(Default) ?? LogLevel.Information;
        return _configuration.GetChildren().Select(c => c.Key).Append(Default).Append(Ours)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToDictionary(category => category, category => Parse(category) ?? fallback, StringComparer.OrdinalIgnoreCase);
    }

    private LogLevel? Parse(string category) => Enum.TryParse<LogLevel>(_configuration[category], ignoreCase: true, out var level) ? level : null;

    private void Reload()
    {
        lock (_gate)
        {
            _rules = Read();
            foreach (var (category, cell) in _cells)
            {
                cell.Level = Of(category);
            }
        }
    }
}

/// <summary>The level of one category, shared by all its loggers.</summary>
internal sealed class LevelCell
{
    private volatile LogLevel _level;

    public LogLevel Level
    {
        get => _level;
        set => _level = value;
    }
}
