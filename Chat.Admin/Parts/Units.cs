using System.Globalization;

namespace Chat.Admin.Parts;

/// <summary>Numbers and times as they are shown everywhere. A dash is "not known", never zero.</summary>
internal static class Units
{
    public const string Unknown = "–";

    public static string Count(double? value) => value switch
    {
        null => Unknown,
        >= 10_000_000 => Invariant($"{value / 1_000_000:0.#} M"),
        >= 100_000 => Invariant($"{value / 1000:0} k"),
        _ => Invariant($"{value:#,0}").Replace(",", "\u2009", StringComparison.Ordinal),
    };

    public static string Rate(double? value) => value switch
    {
        null => Unknown,
        0 => "0",
        < 10 => Invariant($"{value:0.0}"),
        _ => Count(value),
    };

    public static string Percent(double? ratio) => ratio switch
    {
        null => Unknown,
        0 => "0 %",
        < 0.1 => Invariant($"{ratio * 100:0.0} %"),
        _ => Invariant($"{ratio * 100:0} %"),
    };

    public static string Seconds(double? seconds) => seconds switch
    {
        null => Unknown,
        0 => "0 s",
        < 0.0001 => Invariant($"{seconds * 1_000_000:0} µs"),
        < 0.01 => Invariant($"{seconds * 1000:0.0} ms"),
        < 1 => Invariant($"{seconds * 1000:0} ms"),
        < 10 => Invariant($"{seconds:0.0} s"),
        _ => Span(TimeSpan.FromSeconds(seconds.Value)),
    };

    public static string Bytes(double? bytes) => bytes switch
    {
        null => Unknown,
        < 1024 => Invariant($"{bytes:0} B"),
        < 1024 * 1024 => Invariant($"{bytes / 1024:0.#} KB"),
        < 1024d * 1024 * 1024 => Invariant($"{bytes / 1024 / 1024:0.#} MB"),
        _ => Invariant($"{bytes / 1024 / 1024 / 1024:0.##} GB"),
    };

    /// <summary>Two units at most: 3 d 4 h, 12 min 5 s.</summary>
    public static string Span(TimeSpan span) => span.Duration() switch
    {
        { TotalSeconds: < 60 } s => Invariant($"{s.Seconds} s"),
        { TotalMinutes: < 60 } s => s.Seconds == 0 ? Invariant($"{s.Minutes} min") : Invariant($"{s.Minutes} min {s.Seconds} s"),
        { TotalHours: < 24 } s => s.Minutes == 0 ? Invariant($"{s.Hours} h") : Invariant($"{s.Hours} h {s.Minutes} min"),
        var s => s.Hours == 0 ? Invariant($"{s.Days} d") : Invariant($"{s.Days} d {s.Hours} h"),
    };

    public static string Span(DateTimeOffset? since, DateTimeOffset now) => since is { } from ? Span(now - from) : Unknown;

    public static string Time(DateTimeOffset? at) => at is { } t ? t.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture) : Unknown;

    public static string Stamp(DateTimeOffset? at) => at is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + "Z" : Unknown;

    /// <summary>By the unit that the management API gives a chart, a rule or an alert.</summary>
    public static string Of(double? value, string unit) => unit switch
    {
        "1/s" => value is null ? Unknown : Rate(value) + "/s",
        "s" or "seconds" => Seconds(value),
        "s/s" or "ratio" or "%" => Percent(value),
        "By" or "bytes" => Bytes(value),
        "d" or "days" => value is null ? Unknown : Invariant($"{value:0.#} d"),
        "" => value is { } v && v != Math.Floor(v) ? Invariant($"{v:0.##}") : Count(value),
        _ => value is null ? Unknown : $"{(value is { } n && n != Math.Floor(n) ? Invariant($"{n:0.##}") : Count(value))} {unit}",
    };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
