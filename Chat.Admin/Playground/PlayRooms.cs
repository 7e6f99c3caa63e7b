using System.Text.Json;

namespace Chat.Admin.Playground;

/// <summary>The two conversations of the two: one waits for storage, the other goes on without. Each is made by whoever says something in it first.</summary>
internal sealed class PlayRooms(string left, string right) : IDisposable
{
    private readonly SemaphoreSlim _making = new(1, 1);
    private readonly Dictionary<bool, string> _known = [];

    /// <summary>Its id; null when it could not be made yet.</summary>
    public async Task<string?> FindAsync(PlayUser user, bool realtime, CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken);
        try
        {
            if (_known.TryGetValue(realtime, out var known))
            {
                return known;
            }

            var members = new[] { user.Name == left ? right : left };
            object wish = realtime
                ? new { kind = "group", id = $"{left}-realtime", title = "Realtime", members, policy = "realtime" }
                : new { kind = "direct", members };
            var made = (await user.InvokeAsync("CreateConversation", wish, cancellationToken)).Text("conversation", "id");
            return made is null ? null : _known[realtime] = made;
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose() => _making.Dispose();
}

internal static class PlayJson
{
    /// <summary>The text at the end of this path; null when there is none.</summary>
    public static string? Text(this JsonElement? element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            element = element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var child) ? child : null;
        }

        return element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
    }
}
