namespace Chat.Server.Alerts.Rules;

internal enum Breach
{
    /// <summary>Bad is what lies above the threshold.</summary>
    Above,

    /// <summary>Bad is what lies below the threshold.</summary>
    Below,
}

/// <param name="ResolveThreshold">What fires ends only on the good side of this one: a value that trembles at the threshold is one alert.</param>
internal sealed record RuleSettings(Breach Breach, double Threshold, TimeSpan For, TimeSpan KeepFiringFor, double? ResolveThreshold = null, bool Enabled = true)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds(5);

    // As long as the samples are kept by default; of what is older nothing is known.
    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(15);

    /// <summary>How far back the rule looks; zero for one that looks at the present.</summary>
    public TimeSpan Window { get; init; }

    public bool IsBreached(double value, bool firing)
    {
        var limit = firing ? ResolveThreshold ?? Threshold : Threshold;
        return Breach == Breach.Above ? value > limit : value < limit;
    }

    /// <summary>Configuration over defaults, and what an operator set over both.</summary>
    public RuleSettings With(RuleOptions? configured, RuleChange? changed)
    {
        var threshold = changed?.Threshold ?? configured?.Threshold ?? Threshold;

        // A resolve threshold that was made for another threshold may lie on its wrong side and never let an alert end.
        var resolve = configured?.ResolveThreshold ?? ResolveThreshold;
        var fits = resolve is { } r && (Breach == Breach.Above ? r <= threshold : r >= threshold);
        return this with
        {
            Threshold = threshold,
            ResolveThreshold = fits ? resolve : null,
            For = changed?.For ?? configured?.For ?? For,
            KeepFiringFor = configured?.KeepFiringFor ?? KeepFiringFor,
            Window = configured?.Window ?? Window,
            Enabled = changed?.Enabled ?? configured?.Enabled ?? Enabled,
        };
    }

    public static string? Problem(double? threshold, TimeSpan? @for, TimeSpan? keepFiringFor) => (threshold, @for, keepFiringFor) switch
    {
        // Nothing that is measured is below zero: such a rule would always fire, or never.
        ({ } t, _, _) when !double.IsFinite(t) || t < 0 => "Threshold must be a number, and not below 0.",
        (_, { } f, _) when f < TimeSpan.Zero || f > Longest => "For must lie between 0 and one day.",
        (_, _, { } k) when k < TimeSpan.Zero || k > Longest => "KeepFiringFor must lie between 0 and one day.",
        _ => null,
    };

    /// <summary>What is wrong with another window than this rule's own.</summary>
    public string? ProblemOf(TimeSpan? window) => window switch
    {
        null => null,
        _ when Window == TimeSpan.Zero => "This rule looks at the present; it has no Window.",
        { } w when w < ShortestWindow || w > LongestWindow => "Window must lie between 5 seconds and 15 minutes.",
        _ => null,
    };
}

/// <summary>What an operator changed while running; what is null holds as configured.</summary>
internal sealed record RuleChange(double? Threshold = null, TimeSpan? For = null, bool? Enabled = null);
