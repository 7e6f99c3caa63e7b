using System.Text.Json;

namespace Chat.Server.Storage.Reading;

/// <summary>What one transaction moved, as the journal keeps it: <c>{"heads": {conversation: head}, "members": [conversation]}</c>.</summary>
/// <param name="Heads">New last seq by conversation; 0 for one that was just created.</param>
/// <param name="Members">Conversations whose membership changed (creation included); null for none.</param>
/// <param name="Users">Users of whom something else was changed that their connections must look at; null for none.</param>
internal sealed record CommitMoves(IReadOnlyDictionary<string, long> Heads, IReadOnlyCollection<string>? Members, IReadOnlyCollection<string>? Users = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The journal's text for a conversation that was just created.</summary>
    public static string Created(string conversation) =>
        new CommitMoves(new Dictionary<string, long> { [conversation] = 0 }, [conversation]).ToJson();

    /// <summary>The journal's text for users whose connections must look.</summary>
    public static string OfUsers(IReadOnlyCollection<string> users) => new CommitMoves(new Dictionary<string, long>(), null, users).ToJson();

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static CommitMoves Parse(string json) => JsonSerializer.Deserialize<CommitMoves>(json, Json)!;
}

/// <summary>What moved since a position, and where to go on reading.</summary>
internal sealed class CommitPage
{
    private readonly Dictionary<string, long> _heads = new(StringComparer.Ordinal);
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _users = new(StringComparer.Ordinal);

    public long Position { get; set; }

    /// <summary>Greatest head told per conversation.</summary>
    public IReadOnlyDictionary<string, long> Heads => _heads;

    /// <summary>Conversations whose membership changed.</summary>
    public IReadOnlySet<string> Members => _members;

    /// <summary>Users whose connections must look.</summary>
    public IReadOnlySet<string> Users => _users;

    public void Add(string moves)
    {
        var told = CommitMoves.Parse(moves);
        foreach (var (conversation, head) in told.Heads)
        {
            _heads[conversation] = Math.Max(head, _heads.GetValueOrDefault(conversation));
        }

        _members.UnionWith(told.Members ?? []);
        _users.UnionWith(told.Users ?? []);
    }
}
