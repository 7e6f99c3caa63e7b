namespace Chat.Server.Access;

/// <summary>How many connections each user holds to this process.</summary>
internal sealed class ConnectionCounts
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <param name="most">0: any number.</param>
    public bool TryEnter(string user, int most)
    {
        lock (_counts)
        {
            var count = _counts.GetValueOrDefault(user);
            if (most > 0 && count >= most)
            {
                return false;
            }

            _counts[user] = count + 1;
            return true;
        }
    }

    public void Leave(string user)
    {
        lock (_counts)
        {
            if (_counts.TryGetValue(user, out var count) && count > 1)
            {
                _counts[user] = count - 1;
            }
            else
            {
                _counts.Remove(user);
            }
        }
    }
}
