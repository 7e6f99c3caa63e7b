using System.Globalization;

namespace Chat.Admin.Parts;

/// <summary>A time in a page's address and the same time in a field of the browser, both UTC.</summary>
internal static class Moments
{
    public static string ToField(string? address) =>
        DateTimeOffset.TryParse(address, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture)
            : "";

    /// <summary>Null when the field was emptied, or holds no time.</summary>
    public static string? ToAddress(object? field) => ToField(field as string) is { Length: > 0 } text ? text + "Z" : null;
}
