using Chat.Contracts;

namespace Chat.Client.Receiving;

/// <summary>The last ids of a conversation, so that a provisional event and its stored twin are one to the application. An id is its sender's.</summary>
internal sealed class RecentIds(int capacity)
{
    private readonly HashSet<(string Sender, string Id)> _ids = [];
    private readonly Queue<(string Sender, string Id)> _order = new();

    public bool IsEmpty => _ids.Count == 0;

    /// <summary><c>false</c> when it is there already.</summary>
    public bool Add(ChatEvent e)
    {
        if (!_ids.Add((e.Sender, e.Id)))
        {
            return false;
        }

        _order.Enqueue((e.Sender, e.Id));
        if (_order.Count > capacity)
        {
            _ids.Remove(_order.Dequeue());
        }

        return true;
    }

    public void Remove(ChatEvent e) => _ids.Remove((e.Sender, e.Id));
}
