using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Chat.Server.Workers.Ports;

/// <summary>
/// The options of a section as the configuration has them now, checked once when they change and then only read: whoever asks at every message pays for a field.
/// What is not good changes nothing and is told, be it a file that was edited into nonsense.
/// </summary>
internal sealed class LiveSection<TOptions> : ILiveSection, IDisposable
    where TOptions : class, new()
{
    private static readonly PropertyInfo[] Properties = [.. typeof(TOptions).GetProperties().Where(p => p.CanWrite)];

    private readonly string _section;
    private readonly IConfiguration _configuration;
    private readonly IReadOnlyList<IValidateOptions<TOptions>> _rules;
    private readonly ILogger<LiveSection<TOptions>> _logger;
    private readonly Lock _lock = new();
    private readonly IDisposable _changes;
    private string? _told;
    private volatile TOptions _current;

    /// <param name="start">What the process started with; a start with nonsense is refused elsewhere.</param>
    public LiveSection(string section, IConfiguration configuration, TOptions start, IEnumerable<IValidateOptions<TOptions>> rules, ILogger<LiveSection<TOptions>> logger)
    {
        _section = section;
        _configuration = configuration;
        _rules = [.. rules];
        _logger = logger;
        _current = start;
        Settings = [.. Properties.Select(p => Describe(section, p))];
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, Follow);

        // What was changed since the options were bound.
        Follow();
    }

    /// <summary>Something in the section is otherwise than before. Handlers are short: whoever changed it waits for them.</summary>
    public event Action? Changed;

    public TOptions Current => _current;

    public IReadOnlyList<LiveSetting> Settings { get; }

    public LiveTrial Try(LiveSetting setting, string value)
    {
        var property = Properties.First(p => setting.Key == $"{_section}:{p.Name}");
        if (value.Length == 0 && !setting.MayBeEmpty)
        {
            return new LiveTrial.Bad(setting.Rule);
        }

        using var overlay = (ConfigurationRoot)new ConfigurationBuilder()
            .AddConfiguration(_configuration)
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>(setting.Key, value)])
            .Build();
        if (Bind(overlay) is not { } trial || !Fits(trial, property))
        {
            return new LiveTrial.Bad(setting.Rule);
        }

        return Problem(trial) is { } problem ? new LiveTrial.Bad(problem) : new LiveTrial.Good(Text(property.GetValue(trial)));
    }

    public void Dispose() => _changes.Dispose();

    private void Follow()
    {
        lock (_lock)
        {
            var next = Bind(_configuration);
            var problem = next is null
                ? $"Something in {_section} cannot be read."
                : Properties.FirstOrDefault(p => !Fits(next, p)) is { } wrong ? Describe(_section, wrong).Rule : Problem(next);
            if (problem is not null)
            {
                if (problem != _told)
                {
                    LiveSectionSetup.Log.ChangeRefused(_logger, _section, problem);
                }

                _told = problem;
                return;
            }

            _told = null;
            if (Properties.All(p => Equals(p.GetValue(next), p.GetValue(_current))))
            {
                return;
            }

            _current = next!;
            LiveSectionSetup.Log.SectionChanged(_logger, _section);

            // Under the lock: of two changes at once, the later must be the last that anybody takes over.
            Changed?.Invoke();
        }
    }

    private TOptions? Bind(IConfiguration configuration)
    {
        try
        {
            var options = new TOptions();
            configuration.GetSection(_section).Bind(options);
            return options;
        }
        catch (InvalidOperationException)
        {
            // A word where a number belongs.
            return null;
        }
    }

    private static bool Fits(TOptions options, PropertyInfo property) =>
        Validator.TryValidateProperty(property.GetValue(options), new ValidationContext(options) { MemberName = property.Name }, null);

    private string? Problem(TOptions options)
    {
        var problems = _rules.SelectMany(r => r.Validate(Options.DefaultName, options).Failures ?? []).ToList();
        return problems.Count == 0 ? null : string.Join(" ", problems);
    }

    private static LiveSetting Describe(string section, PropertyInfo property)
    {
        var optional = Nullable.GetUnderlyingType(property.PropertyType);
        var type = optional ?? property.PropertyType;
        var kind = type == typeof(TimeSpan) ? "time span" : type == typeof(bool) ? "true or false" : type == typeof(string) ? "text" : type == typeof(double) ? "number" : "integer";
        var bounds = property.GetCustomAttribute<RangeAttribute>() is { } range
            ? string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}")
            : "";
        return new LiveSetting($"{section}:{property.Name}", kind, bounds, optional is not null);
    }

    private static string Text(object? value) => value is TimeSpan span
        ? span.ToString("c", CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
