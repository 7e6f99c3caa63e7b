using Chat.Bench.Targets;
using Chat.Bench.Wire;
using Chat.Contracts;

namespace Chat.Bench.Load;

/// <summary>Users two by two, each pair with a conversation of its own: at two places where the server has several, else connection 2n with 2n + 1.</summary>
internal static class Pairs
{
    /// <summary>A short chat message.</summary>
    public const int TextLength = 64;

    public static async Task<Crowd> OpenAsync(Target target, int pairs, CrowdOptions options, CancellationToken cancellationToken)
    {
        var run = Crowd.NewRun();
        var crowd = await Crowd.OpenAsync(target, run, Crowd.Users(run, pairs * 2 * target.ConnectionsPerWanted), options, cancellationToken);
        try
        {
            var places = await target.PlacesAsync([.. crowd.Connections.Select(c => c.User)], cancellationToken);
            crowd.Senders = places is null ? crowd.Connections : Across([.. crowd.Connections], places, pairs);
            for (var i = 0; i < crowd.Senders.Count; i += 2)
            {
                var (one, other) = (crowd.Senders[i], crowd.Senders[i + 1]);
                var conversation = await CreateAsync(one, ConversationKinds.Direct, [other.User], cancellationToken);
                one.Template = new SendTemplate(run, one.Index, conversation, TextLength);
                other.Template = new SendTemplate(run, other.Index, conversation, TextLength);
            }

            return crowd;
        }
        catch
        {
            await crowd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Who talks with whom, one after the other, so that no two of a pair are at one place.</summary>
    /// <exception cref="InvalidOperationException">There are fewer than <paramref name="pairs"/> such pairs.</exception>
    public static T[] Across<T>(IReadOnlyList<T> connections, IReadOnlyList<string> places, int pairs)
    {
        var byPlace = connections.Zip(places).GroupBy(c => c.Second, c => c.First).Select(g => g.ToArray()).OrderByDescending(g => g.Length).ToArray();
        return byPlace.Length == 2 && byPlace[1].Length >= pairs
            ? [.. Enumerable.Range(0, pairs).SelectMany(i => new[] { byPlace[0][i], byPlace[1][i] })]
            : throw new InvalidOperationException($"There are not {pairs} connections at each of two places: {string.Join(", ", byPlace.Select(g => g.Length))}.");
    }

    /// <summary>Creates a conversation and returns its id.</summary>
    public static async Task<string> CreateAsync(ChatConnection creator, string kind, IEnumerable<string> others, CancellationToken cancellationToken)
    {
        var members = string.Join(",", others.Select(o => $"\"{o}\""));
        var title = kind == ConversationKinds.Group ? ",\"title\":\"Load\"" : "";
        var result = await creator.InvokeAsync("CreateConversation", $"{{\"kind\":\"{kind}\",\"members\":[{members}]{title}}}", cancellationToken);
        return result.GetProperty("conversation").GetProperty("id").GetString()!;
    }
}
