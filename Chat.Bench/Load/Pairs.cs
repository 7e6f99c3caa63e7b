using Chat.Bench.Targets;
using Chat.Bench.Wire;
using Chat.Contracts;

namespace Chat.Bench.Load;

/// <summary>Users two by two, each pair with a conversation of its own; connection 2n talks with 2n + 1.</summary>
internal static class Pairs
{
    /// <summary>A short chat message.</summary>
    public const int TextLength = 64;

    public static async Task<Crowd> OpenAsync(Target target, int pairs, CrowdOptions options, CancellationToken cancellationToken)
    {
        var run = Crowd.NewRun();
        var crowd = await Crowd.OpenAsync(target, run, Crowd.Users(run, pairs * 2), options, cancellationToken);
        try
        {
            for (var i = 0; i < crowd.Connections.Count; i += 2)
            {
                var (one, other) = (crowd.Connections[i], crowd.Connections[i + 1]);
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

    /// <summary>Creates a conversation and returns its id.</summary>
    public static async Task<string> CreateAsync(ChatConnection creator, string kind, IEnumerable<string> others, CancellationToken cancellationToken)
    {
        var members = string.Join(",", others.Select(o => $"\"{o}\""));
        var title = kind == ConversationKinds.Group ? ",\"title\":\"Load\"" : "";
        var result = await creator.InvokeAsync("CreateConversation", $"{{\"kind\":\"{kind}\",\"members\":[{members}]{title}}}", cancellationToken);
        return result.GetProperty("conversation").GetProperty("id").GetString()!;
    }
}
