using System.Collections.Concurrent;
using Chat.Server.Storage.Model;

namespace Chat.Server.Storage.Conversations;

/// <summary>
/// Which conversations have the policy <c>realtime</c>, as far as this process has met them: in a commit, in what a connection follows, in
/// creating one. A policy never changes. What is not here is treated as durable, so nothing is looked up before a send.
/// </summary>
internal sealed class RealtimeBook
{
    /// <summary>Over this all is forgotten and met again.</summary>
    private const int Most = 200_000;

    private readonly ConcurrentDictionary<string, byte> _conversations = new(StringComparer.Ordinal);

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
