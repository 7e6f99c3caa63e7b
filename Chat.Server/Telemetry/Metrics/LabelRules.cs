using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Chat.Server.Telemetry.Metrics;

/// <summary>
/// What may be a label. A label that names one user, connection, conversation or message makes a series per
/// value and never ends; it is dropped here so that one careless tag cannot fill the memory of a node.
/// </summary>
internal static class LabelRules
{
    public const int LongestValue = 120;

    private static readonly FrozenSet<string> NeverALabel = new[]
    {
        "user", "user.id", "user.name", "enduser.id", "device", "device.id",
        "connection", "connection.id", "signalr.connection.id", "kestrel.connection.id", "session.id",
        "conversation", "conversation.id", "topic", "message", "message.id", "event.id", "trace.id",
        "client.address", "client.port", "network.peer.address", "network.peer.port",
        "url.full", "url.path", "url.query",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static LabelSet Clean(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var kept = new List<KeyValuePair<string, string>>(tags.Length);
        foreach (var (name, value) in tags)
        {
            if (!string.IsNullOrEmpty(name) && !NeverALabel.Contains(name) && Text(value) is { Length: > 0 } text)
            {
                kept.Add(new(name, Short(name, text)));
            }
        }

        return LabelSet.Of(kept);
    }

    private static string Short(string name, string text)
    {
        // A pool without a name of its own is named by its connection string: hosts and users do not belong here.
        if (name.EndsWith("pool.name", StringComparison.Ordinal) && text.Contains('='))
        {
            return "pool-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 3));
        }

        return text.Length <= LongestValue ? text : text[..LongestValue];
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
