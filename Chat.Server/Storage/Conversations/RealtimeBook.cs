using System.Collections.Concurrent;
using Chat.Server.Storage.Model;

namespace Chat.Server.Storage.Conversations;

/// <summary>
/// Which conversations have the policy <c>realtime</c>, as far as this process has met them: in a commit, in what a connection follows, in
/// creating one. A policy never changes. What is not here is treated as durable, so nothing is looked up before a send; the writer, which sees
/// the policy, does not let that pass by what waits.
/// </summary>
/// <param name="orders">Those who keep events of realtime conversations outside of the log.</param>
internal sealed class RealtimeBook(IEnumerable<IRealtimeOrder> orders)
{
    /// <summary>Over this all is forgotten and met again.</summary>
    private const int Most = 200_000;

    private readonly ConcurrentDictionary<string, byte> _conversations = new(StringComparer.Ordinal);
    private readonly IRealtimeOrder[] _orders = [.. orders];

    /// <summary>Nothing that has a receipt waits to be stored before what comes now.</summary>
    public bool IsClear => Array.TrueForAll(_orders, o => o.IsClear);

    public bool Contains(string conversation) => _conversations.ContainsKey(conversation);

    public void Note(string conversation, ConversationPolicy policy)
    {
        if (policy != ConversationPolicy.Realtime || _conversations.ContainsKey(conversation))
        {
            return;
        }

        if (_conversations.Count >= Most)
        {
            _conversations.Clear();
        }

        _conversations.TryAdd(conversation, 0);
    }
}
