using System.Buffers;
using System.Text.RegularExpressions;

namespace Chat.Server.Telemetry.Logging;

/// <summary>
/// Takes tokens and passwords out of finished text. The hosting layer logs a browser's address with its
/// <c>access_token</c>, and an exception may quote a connection string: what is written last is checked last.
/// </summary>
internal static partial class Redaction
{
    private const string Gone = "[redacted]";

    private static readonly SearchValues<string> Marks = SearchValues.Create(
        ["access_token", "bearer", "eyJ", "password", "pwd=", "signature=", "client_secret", "refresh_token"], StringComparison.OrdinalIgnoreCase);

    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAny(Marks))
        {
            return text;
        }

        text = NamedValue().Replace(text, "$1" + Gone);
        text = Bearer().Replace(text, "$1" + Gone);
        return Jwt().Replace(text, Gone);
    }

    [GeneratedRegex("""((?:access_token|refresh_token|client_secret|password|pwd|signature)["']?\s*[=:]\s*["']?)[^&\s"';,)}]+""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex NamedValue();

    [GeneratedRegex("""(bearer\s+)[A-Za-z0-9\-._~+/]{8,}=*""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Bearer();

    [GeneratedRegex("""eyJ[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]*""", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Jwt();
}
