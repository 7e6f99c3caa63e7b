using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Chat.Admin.Access;
using Chat.Admin.ServerApi;
using Chat.Contracts;

namespace Chat.Tests.Admin;

/// <summary>Nodes that answer what a test says, or nothing, or a refusal.</summary>
internal sealed class FakeServerApi(params string[] nodes) : IServerApi
{
    private readonly ConcurrentDictionary<string, object> _answers = new();

    public ConcurrentQueue<(string Node, string Path, object Body, Actor Actor)> Posts { get; } = new();

    public ConcurrentQueue<(string Node, string PathAndQuery, Role Role)> Gets { get; } = new();

    /// <summary>Nodes that cannot be reached.</summary>
    public HashSet<string> Down { get; } = [];

    /// <summary>No question is ever answered.</summary>
    public bool IsSilent { get; set; }

    public IReadOnlyList<string> Nodes { get; set; } = nodes.Length == 0 ? ["node-1"] : nodes;

    public void Answer(string path, object value) => _answers[path] = value;

    /// <summary>One node's own answer; the others have the common one.</summary>
    public void AnswerFrom(string node, string path, object value) => _answers[$"{node} {path}"] = value;

    /// <summary>An answer that depends on what is asked.</summary>
    public void Answer(string path, Func<string, object> make) => _answers[path] = make;

    public Task<Reply<T>> GetAsync<T>(string node, string pathAndQuery, Role role, CancellationToken cancellationToken)
        where T : class
    {
        Gets.Enqueue((node, pathAndQuery, role));
        return ReplyAsync<T>(node, pathAndQuery);
    }

    public Task<Reply<string>> TextAsync(string node, string path, Role role, CancellationToken cancellationToken) => GetAsync<string>(node, path, role, cancellationToken);

    public Task<Reply<T>> PostAsync<T>(string node, string path, object body, Actor actor, CancellationToken cancellationToken)
        where T : class
    {
        Posts.Enqueue((node, path, body, actor));
        return ReplyAsync<T>(node, path);
    }

    public async IAsyncEnumerable<LiveEvent> LiveAsync(string node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Down.Contains(node))
        {
            throw new HttpRequestException("The node cannot be reached.");
        }

        await Task.Delay(Timeout.Infinite, cancellationToken);
        yield break;
    }

    private object? AnswerTo(string node, string pathAndQuery) =>
        (_answers.GetValueOrDefault($"{node} {pathAndQuery.Split('?')[0]}") ?? _answers.GetValueOrDefault(pathAndQuery.Split('?')[0])) is var answer && answer is Func<string, object> make ? make(pathAndQuery) : answer;

    private Task<Reply<T>> ReplyAsync<T>(string node, string path)
        where T : class =>
        IsSilent ? new TaskCompletionSource<Reply<T>>().Task
        : Down.Contains(node) ? Task.FromResult(Reply<T>.Failed(ReplyCodes.Unreachable, "The node cannot be reached."))
        : AnswerTo(node, path) is var value && value is T answer ? Task.FromResult<Reply<T>>(answer)
        : Task.FromResult(new Reply<T>(null, value as ChatError ?? new ChatError(ErrorCodes.NotFound, $"Nothing at {path}.", Retryable: false)));
}
