using Chat.Admin.Access;

namespace Chat.Admin.ServerApi;

/// <summary>
/// All that the console knows of the chat: the management API of its nodes. Reading is on behalf of a role, so that those who may
/// see the same share one answer; acting is on behalf of a person.
/// </summary>
internal interface IServerApi
{
    /// <summary>Names of the nodes, in the order of the configuration; others may be found and go while the console runs.</summary>
    IReadOnlyList<string> Nodes { get; }

    Task<Reply<T>> GetAsync<T>(string node, string pathAndQuery, Role role, CancellationToken cancellationToken)
        where T : class;

    /// <summary>An answer that is no JSON, as it comes.</summary>
    Task<Reply<string>> TextAsync(string node, string path, Role role, CancellationToken cancellationToken);

    Task<Reply<T>> PostAsync<T>(string node, string path, object body, Actor actor, CancellationToken cancellationToken)
        where T : class;

    /// <summary>The node's live feed until it breaks; the caller opens it again.</summary>
    IAsyncEnumerable<LiveEvent> LiveAsync(string node, CancellationToken cancellationToken);
}

/// <param name="Name">One of <see cref="Chat.Contracts.Management.LiveEvents"/>.</param>
internal sealed record LiveEvent(string Name, string Data);
