using System.Threading.Channels;
using Chat.Tests.Support;

namespace Chat.Tests.Client.Support;

/// <summary>What happened, in order, to be awaited one by one.</summary>
internal sealed class Inflow<T>(string what)
{
    private readonly Channel<T> _items = Channel.CreateUnbounded<T>();
    private readonly List<T> _all = [];

    public IReadOnlyList<T> All
    {
        get
        {
            lock (_all)
            {
                return [.. _all];
            }
        }
    }

    public void Add(T item)
    {
        lock (_all)
        {
            _all.Add(item);
            _items.Writer.TryWrite(item);
        }
    }

    public Task<T> NextAsync() => NextAsync(_ => true);

    public async Task<List<T>> NextAsync(int count)
    {
        var items = new List<T>(count);
        for (var i = 0; i < count; i++)
        {
            items.Add(await NextAsync());
        }

        return items;
    }

    /// <summary>The next one that is wanted; others are passed over, and the patience is for all of them together.</summary>
    public async Task<T> NextAsync(Func<T, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        try
        {
            while (true)
            {
                var item = await _items.Reader.ReadAsync(patience.Token);
                if (wanted(item))
                {
                    return item;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Waited in vain for the next {what}; the last were: [{string.Join(", ", All.TakeLast(20))}].");
        }
    }
}
