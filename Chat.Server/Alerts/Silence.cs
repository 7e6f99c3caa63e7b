using System.Text.RegularExpressions;

namespace Chat.Server.Alerts;

internal enum SilenceState
{
    Pending,
    Active,
    Expired,
}

/// <summary>Mutes notifications of what matches, never evaluation or display.</summary>
internal sealed record Silence(
    string Id, IReadOnlyList<SilenceMatcher> Matchers, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Author, string Comment, DateTimeOffset CreatedAt)
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public SilenceState StateAt(DateTimeOffset now) =>
        now < StartsAt ? SilenceState.Pending : now < EndsAt ? SilenceState.Active : SilenceState.Expired;

    public bool Matches(Alert alert) => Matchers.All(matcher => matcher.Matches(Label(alert, matcher.Name)));

    /// <summary>Null when it is a proper silence.</summary>
    public static string? Problem(SilenceDraft draft, DateTimeOffset now)
    {
        if (draft.Matchers.Count == 0)
        {
            return "A silence needs at least one matcher.";
        }

        if (draft.Matchers.Select(m => m.Problem()).FirstOrDefault(p => p is not null) is { } problem)
        {
            return problem;
        }

        if (draft.Matchers.All(m => m.Matches("")))
        {
            return "A silence that matches everything is not taken; name an alert or a severity.";
        }

        if (draft.EndsAt <= now || draft.EndsAt <= (draft.StartsAt ?? now))
        {
            return "A silence must end after it starts and in the future.";
        }

        if (draft.EndsAt - (draft.StartsAt ?? now) > Longest)
        {
            return "A silence lasts 7 days at most.";
        }

        return string.IsNullOrWhiteSpace(draft.Comment) || string.IsNullOrWhiteSpace(draft.Author) ? "A silence needs an author and a comment." : null;
    }

    private static string Label(Alert alert, string name) => name switch
    {
        "alertname" => alert.Rule,
        "severity" => alert.Severity.Name(),
        _ => alert.Labels.GetValueOrDefault(name, ""),
    };
}

/// <param name="StartsAt">Null means now.</param>
internal sealed record SilenceDraft(IReadOnlyList<SilenceMatcher> Matchers, DateTimeOffset? StartsAt, DateTimeOffset EndsAt, string Author, string Comment);

/// <param name="Operator"><c>=</c>, <c>!=</c>, <c>=~</c> or <c>!~</c>; a pattern must match the whole value.</param>
internal sealed record SilenceMatcher(string Name, string Operator, string Value)
{
    private const int LongestValue = 200;

    public bool Matches(string value) => Operator switch
    {
        "=" => string.Equals(value, Value, StringComparison.Ordinal),
        "!=" => !string.Equals(value, Value, StringComparison.Ordinal),
        "=~" => Pattern().IsMatch(value),
        "!~" => !Pattern().IsMatch(value),
        _ => false,
    };

    public string? Problem()
    {
        if (Operator is not ("=" or "!=" or "=~" or "!~"))
        {
            return $"The operator {Operator} is none of =, !=, =~, !~.";
        }

        if (string.IsNullOrWhiteSpace(Name) || Value.Length > LongestValue)
        {
            return "A matcher needs the name of a label and a value of 200 characters at most.";
        }

        try
        {
            _ = Operator is "=~" or "!~" ? Pattern() : null;
            return null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return $"{Value} is not a pattern.";
        }
    }

    // Without backtracking: an operator's pattern must not be able to stop the evaluation.
    private Regex Pattern() => new($"^(?:{Value})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}
