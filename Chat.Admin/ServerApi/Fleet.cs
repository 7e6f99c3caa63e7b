using Chat.Admin.Access;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>Many nodes as one: what each has of its own is put together, what all share is asked of the first that answers.</summary>
internal sealed class Fleet(SharedReads reads)
{
    // Deeper, the nodes would have to send more than anybody reads; narrow the search, or look at one node.
    private const int DeepestRow = 1000;

    // Who answered last is asked first: a node that hangs would cost every page its whole patience, again and again.
    private volatile string? _answering;

    public IReadOnlyList<string> Nodes => reads.Nodes;

    /// <summary>
    /// For what a node tells of all nodes: where several are asked here, each is asked for its own only, or the same row would come from
    /// all of them.
    /// </summary>
    public PageQuery Own(PageQuery query) =>
        Nodes.Count > 1 ? query with { Filters = new Dictionary<string, string>(query.Filters) { ["scope"] = "node" } } : query;

    /// <summary>The same for a path without a page.</summary>
    public string Own(string path) => Nodes.Count > 1 ? $"{path}?scope=node" : path;

    /// <summary>Asks all (or the one named); answers come with the node's name.</summary>
    public async Task<FleetReply<T>> AllAsync<T>(string path, Role role, string? only = null)
        where T : class
    {
        var nodes = only is { Length: > 0 } ? [only] : reads.Nodes;
        var replies = await Task.WhenAll(nodes.Select(n => reads.GetAsync<T>(n, path, role)));
        return new([.. nodes.Zip(replies).Where(r => r.Second.Value is not null).Select(r => (r.First, r.Second.Value!))],
            nodes.Count,
            replies.Select(r => r.Error).FirstOrDefault(e => e is not null));
    }

    /// <summary>Something that lies in the shared database, or is the same everywhere.</summary>
    public async Task<Reply<T>> AnyAsync<T>(string path, Role role)
        where T : class
    {
        Reply<T>? last = null;
        foreach (var node in reads.Nodes.OrderBy(n => n == _answering ? 0 : 1))
        {
            last = await reads.GetAsync<T>(node, path, role);
            if (last.Error?.Code is not (ReplyCodes.Unreachable or ReplyCodes.Unreadable))
            {
                _answering = node;
                return last;
            }
        }

        return last ?? Reply<T>.Failed(ReplyCodes.Unreachable, "No node is configured.");
    }

    /// <summary>One page over all nodes. <paramref name="order"/> sorts as the nodes do, so that their beginnings can be merged.</summary>
    public async Task<FleetPage<T>> PageAsync<T>(string path, PageQuery query, Role role, Comparison<T> order, string? only = null)
    {
        var nodes = only is { Length: > 0 } ? [only] : reads.Nodes;
        if (nodes.Count == 1)
        {
            var reply = await reads.GetAsync<Page<T>>(nodes[0], path + query.ToQueryString(), role);
            return reply.Value is { } page
                ? new([.. page.Items.Select(i => (nodes[0], i))], page.Total, page.More, page.Counts, page.Partial?.Text, null)
                : FleetPage<T>.Failed(reply.Error!);
        }

        if (query.Page * query.Size > DeepestRow)
        {
            return FleetPage<T>.Failed(new ChatError(ErrorCodes.Invalid, $"Beyond row {DeepestRow} choose one node, or narrow the search.", Retryable: false));
        }

        var beginnings = await Task.WhenAll(nodes.Select(n => BeginningAsync<T>(n, path, query, role)));
        var answered = nodes.Zip(beginnings).Where(b => b.Second.Error is null).ToList();
        if (answered.Count == 0)
        {
            return FleetPage<T>.Failed(beginnings.Select(b => b.Error).First(e => e is not null)!);
        }

        var rows = answered.SelectMany(b => b.Second.Rows.Select(r => (b.First, r))).ToList();
        rows.Sort((a, b) => order(a.r, b.r));
        var missing = nodes.Count - answered.Count;
        return new(
            [.. rows.Skip((query.Page - 1) * query.Size).Take(query.Size)],
            answered.Sum(b => b.Second.Total),
            answered.Any(b => b.Second.More),
            SumCounts(answered.Select(b => b.Second.Counts)),
            missing > 0 ? $"{answered.Count} of {nodes.Count} nodes answered" : answered.Select(b => b.Second.Partial).FirstOrDefault(p => p is not null),
            null);
    }

    private async Task<Beginning<T>> BeginningAsync<T>(string node, string path, PageQuery query, Role role)
    {
        var rows = new List<T>();
        Page<T>? last = null;
        for (var number = 1; number <= query.Page; number++)
        {
            var reply = await reads.GetAsync<Page<T>>(node, path + (query with { Page = number }).ToQueryString(), role);
            if (reply.Value is null)
            {
                return new([], 0, false, null, null, reply.Error);
            }

            last = reply.Value;
            rows.AddRange(last.Items);
            if (last.Items.Count < query.Size)
            {
                break;
            }
        }

        return new(rows, last!.Total, last.More, last.Counts, last.Partial?.Text, null);
    }

    private static Dictionary<string, IReadOnlyDictionary<string, long>> SumCounts(IEnumerable<IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>>?> parts) =>
        parts.SelectMany(p => p ?? new Dictionary<string, IReadOnlyDictionary<string, long>>()).GroupBy(p => p.Key).ToDictionary(
            g => g.Key,
            g => (IReadOnlyDictionary<string, long>)g.SelectMany(v => v.Value).GroupBy(v => v.Key).ToDictionary(v => v.Key, v => v.Sum(n => n.Value)));

    private sealed record Beginning<T>(
        IReadOnlyList<T> Rows, long Total, bool More, IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>>? Counts, string? Partial, ChatError? Error);
}

/// <summary>What the nodes said that answered.</summary>
internal sealed record FleetReply<T>(IReadOnlyList<(string Node, T Value)> Answers, int Asked, ChatError? Error)
{
    public string? Partial => Answers.Count == Asked || Answers.Count == 0 ? null : $"{Answers.Count} of {Asked} nodes answered";
}

internal sealed record FleetPage<T>(
    IReadOnlyList<(string Node, T Row)> Items,
    long Total,
    bool More,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Counts,
    string? Partial,
    ChatError? Error)
{
    public static FleetPage<T> Failed(ChatError error) => new([], 0, false, new Dictionary<string, IReadOnlyDictionary<string, long>>(), null, error);
}
