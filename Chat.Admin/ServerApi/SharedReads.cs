using System.Collections.Concurrent;
using Chat.Admin.Access;

namespace Chat.Admin.ServerApi;

/// <summary>
/// Reading for all viewers: the same question by the same role within a second is asked once, however many pages show the answer.
/// </summary>
internal sealed class SharedReads(IServerApi api, TimeProvider time)
{
    private const int Most = 500;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(0.9);

    private readonly ConcurrentDictionary<(string Node, string Path, Role Role), Entry> _entries = new();

    public IReadOnlyList<string> Nodes => api.Nodes;

    public Task<Reply<T>> GetAsync<T>(string node, string path, Role role, TimeSpan? fresh = null)
        where T : class
    {
        var key = (node, path, role);
        var now = time.GetTimestamp();
        if (_entries.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.At, now) < (fresh ?? Fresh) && entry.Answer is Task<Reply<T>> known)
        {
            return known;
        }

        if (_entries.Count > Most)
        {
            _entries.Clear();
        }

        // Nobody's token: the first viewer may leave while others wait for the same answer. The client limits the time.
        var answer = api.GetAsync<T>(node, path, role, CancellationToken.None);
        _entries[key] = new(now, answer);
        return answer;
    }

    /// <summary>After an action, so that its effect is seen at once.</summary>
    public void Forget() => _entries.Clear();

    private sealed record Entry(long At, Task Answer);
}
