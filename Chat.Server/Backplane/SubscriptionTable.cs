using System.Collections.Concurrent;

namespace Chat.Server.Backplane;

/// <summary>Who of this node listens to which channel. Reading takes no lock; changes are rare and take one.</summary>
internal sealed partial class SubscriptionTable(ILogger<SubscriptionTable> logger)
{
    private readonly ConcurrentDictionary<string, BackplaneHandlerEntry[]> _channels = new(StringComparer.Ordinal);
    private readonly Lock _changing = new();

    public int Count => _channels.Count;

    public bool Contains(string channel) => _channels.ContainsKey(channel);

    /// <summary>A copy of the names at one moment.</summary>
    public ICollection<string> Channels => _channels.Keys;

    /// <summary>True when nobody listened to this channel before.</summary>
    public bool Add(string channel, BackplaneHandlerEntry entry)
    {
        lock (_changing)
        {
            var first = !_channels.TryGetValue(channel, out var entries);
            _channels[channel] = first ? [entry] : [.. entries!, entry];
            return first;
        }
    }

    /// <summary>True when nobody listens to this channel any more.</summary>
    public bool Remove(string channel, BackplaneHandlerEntry entry)
    {
        lock (_changing)
        {
            if (!_channels.TryGetValue(channel, out var entries) || Array.IndexOf(entries, entry) < 0)
            {
                return false;
            }

            if (entries.Length == 1)
            {
                return _channels.TryRemove(channel, out _);
            }

            _channels[channel] = [.. entries.Where(e => !ReferenceEquals(e, entry))];
            return false;
        }
    }

    public void Dispatch(string channel, ReadOnlyMemory<byte> payload)
    {
        if (!_channels.TryGetValue(channel, out var entries))
        {
            return;
        }

        foreach (var entry in entries)
        {
            try
            {
                entry.Handler(channel, payload);
            }
            catch (Exception e)
            {
                // One listener's fault must not take the message from the others, nor end the loop that calls us.
                Log.HandlerFailed(logger, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2000, LogLevel.Error, "A backplane handler threw.")]
        public static partial void HandlerFailed(ILogger logger, Exception e);
    }
}

/// <summary>One subscription; the reference is its identity, so the same delegate may be registered twice.</summary>
internal sealed class BackplaneHandlerEntry(BackplaneHandler handler)
{
    public BackplaneHandler Handler { get; } = handler;
}
