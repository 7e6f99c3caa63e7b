using Chat.Contracts;

namespace Chat.Client.Receiving;

/// <summary>
/// Makes a provisional event and its stored twin one to the application, whichever comes first. What was handed out is remembered until its
/// twin comes, which an outage of storage may put off for long; what is stored, for a while, in case its provisional form is late.
/// An id is its sender's.
/// </summary>
internal sealed class RecentIds(int mostShown, int mostStored)
{
    private readonly BoundedIds _shown = new(mostShown);
    private readonly BoundedIds _stored = new(mostStored);

    /// <summary>A provisional event; <c>false</c> when the application has it.</summary>
    public bool TryShow(ChatEvent e) => !_stored.Contains(e) && _shown.Add(e);

    /// <summary>A stored event; <c>false</c> when the application has it.</summary>
    public bool TryStore(ChatEvent e)
    {
        _stored.Add(e);
        return !_shown.Remove(e);
    }

    /// <summary>The application did not take it after all.</summary>
    public void Unshow(ChatEvent e) => _shown.Remove(e);

    /// <summary>A set that forgets the oldest.</summary>
    private sealed class BoundedIds(int capacity)
    {
        private readonly Dictionary<(string Sender, string Id), long> _ids = [];
        private readonly Queue<((string Sender, string Id) Key, long Number)> _order = new();
        private long _number;

        public bool Contains(ChatEvent e) => _ids.ContainsKey((e.Sender, e.Id));

        public bool Add(ChatEvent e)
        {
            if (!_ids.TryAdd((e.Sender, e.Id), _number))
            {
                return false;
            }

            _order.Enqueue(((e.Sender, e.Id), _number++));

            // What was removed since stands in the queue still, with its old number.
            while (_ids.Count > capacity || _order.Count > 2 * capacity)
            {
                var (key, number) = _order.Dequeue();
                if (_ids.TryGetValue(key, out var present) && present == number)
                {
                    _ids.Remove(key);
                }
            }

            return true;
        }

        public bool Remove(ChatEvent e) => _ids.Remove((e.Sender, e.Id));
    }
}
