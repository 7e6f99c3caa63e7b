using System.Text.Json;
using Chat.Contracts.Management;

namespace Chat.Server.Management.Stacks;

/// <summary>Makes stacks for people of createdump's report: threads that do the same are one, addresses are left out.</summary>
internal static class StackReport
{
    private const int MostStacks = 200;
    private const int MostFrames = 100;
    private const int LongestFrame = 300;

    /// <exception cref="JsonException">It is no such report.</exception>
    public static async Task<IReadOnlyList<StackView>> ReadAsync(Stream report, CancellationToken cancellationToken)
    {
        using var document = await JsonDocument.ParseAsync(report, cancellationToken: cancellationToken);
        return document.RootElement.ValueKind is JsonValueKind.Object
            && document.RootElement.TryGetProperty("payload", out var payload) && payload.ValueKind is JsonValueKind.Object
            && payload.TryGetProperty("threads", out var threads) && threads.ValueKind is JsonValueKind.Array
                ? Group([.. threads.EnumerateArray().Select(Thread)])
                : throw new JsonException("it tells of no threads.");
    }

    private static IReadOnlyList<StackView> Group(IReadOnlyList<(bool IsManaged, List<string> Frames)> threads) =>
    [
        .. threads.GroupBy(t => string.Join('\n', t.Frames))
            .Select(g => new StackView(g.Count(), g.Any(t => t.IsManaged), g.First().Frames))
            .OrderByDescending(s => s.IsManaged)
            .ThenByDescending(s => s.Threads)
            .Take(MostStacks),
    ];

    private static (bool IsManaged, List<string> Frames) Thread(JsonElement thread)
    {
        var frames = thread.TryGetProperty("stack_frames", out var all) && all.ValueKind is JsonValueKind.Array ? all.EnumerateArray() : default;
        return (Word(thread, "is_managed") == "true", [.. frames.Select(Frame).OfType<string>().Take(MostFrames)]);
    }

    /// <summary>Null for a frame without a name.</summary>
    private static string? Frame(JsonElement frame)
    {
        var name = Word(frame, "method_name") ?? (Word(frame, "unmanaged_name") is { } native ? $"{Word(frame, "native_module") ?? "?"}!{native}" : null);
        return name is { Length: > LongestFrame } ? name[..LongestFrame] + "…" : name;
    }

    private static string? Word(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
