using Microsoft.AspNetCore.WebUtilities;

namespace Chat.Admin.ServerApi;

/// <summary>Fills the templates of the management routes; whatever an id holds, it stays one segment.</summary>
internal static class Address
{
    public static string Of(string template, string id) => template.Replace("{id}", Escape(id), StringComparison.Ordinal);

    public static string Of(string template, string id, long seq) => Of(template, id).Replace("{seq}", $"{seq}", StringComparison.Ordinal);

    public static string Of(string template, string id, string user) => Of(template, id).Replace("{user}", Escape(user), StringComparison.Ordinal);

    public static string With(string path, params (string Name, string? Value)[] words) =>
        QueryHelpers.AddQueryString(path, words.Where(w => !string.IsNullOrEmpty(w.Value)).Select(w => KeyValuePair.Create(w.Name, w.Value)));

    // A segment of dots would be taken for a step in the path.
    private static string Escape(string id) => id.All(c => c == '.') ? id.Replace(".", "%2E", StringComparison.Ordinal) : Uri.EscapeDataString(id);
}
