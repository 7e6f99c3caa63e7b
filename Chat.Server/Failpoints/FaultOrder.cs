using System.Globalization;

namespace Chat.Server.Failpoints;

/// <summary>For how long a loss is pretended, and how bad it is; travels to the workers as a setting.</summary>
internal sealed record FaultOrder(DateTimeOffset Until, int Milliseconds)
{
    /// <summary>What was forgotten must not stay.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private const string Section = "Failpoints:";

    /// <summary>The setting that carries it.</summary>
    public static string KeyOf(string fault) => Section + fault;

    public static FaultOrder? Parse(string? text) =>
        text?.Split(' ') is [var until, var milliseconds]
        && DateTimeOffset.TryParse(until, CultureInfo.InvariantCulture, DateTimeStyles.None, out var end)
        && int.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
            ? new(end, amount)
            : null;

    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Until:O} {Milliseconds}");
}
