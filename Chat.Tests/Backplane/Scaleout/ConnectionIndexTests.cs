using Chat.Server.Backplane;
using Chat.Server.Backplane.Scaleout;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Backplane.Scaleout;

public sealed class ConnectionIndexTests
{
    private readonly BackplaneMetrics _metrics =
        new ServiceCollection().AddMetrics().AddSingleton<BackplaneMetrics>().BuildServiceProvider().GetRequiredService<BackplaneMetrics>();

    [Fact]
    public void AddAndRemove_FirstAndLast_SubscribeAndUnsubscribe()
    {
        var subscribed = new List<string>();
        var index = new ConnectionIndex(name =>
        {
            subscribed.Add(name);
            return new BackplaneSubscription(Task.CompletedTask, () => subscribed.Remove(name));
        });
        var (one, two) = (Connection(), Connection());

        index.Add("a", one);
        index.Add("a", two);
        index.Add("b", one);
        Assert.Equal(["a", "b"], subscribed);

        index.Remove("a", one);
        index.Remove("b", one);
        Assert.Equal(["a"], subscribed);
        Assert.Equal([two], index.Find("a").ToArray());
        Assert.Empty(index.Find("b").ToArray());

        index.Remove("a", two);
        Assert.Empty(subscribed);
        Assert.Equal(0, index.Count);
    }

    [Fact]
    public async Task AddAndRemove_ManyAtOnce_LeaveNothingBehind()
    {
        var subscriptions = 0;
        var index = new ConnectionIndex(_ =>
        {
            Interlocked.Increment(ref subscriptions);
            return new BackplaneSubscription(Task.CompletedTask, () => Interlocked.Decrement(ref subscriptions));
        });

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var connection = Connection();
            for (var round = 0; round < 5_000; round++)
            {
                index.Add("a", connection);
                Assert.Contains(connection, index.Find("a").ToArray());
                index.Remove("a", connection);
            }
        })));

        Assert.Equal((0, 0), (index.Count, subscriptions));
    }

    private LocalConnection Connection() => new(new TestConnection().Context, 1, _metrics, NullLogger.Instance);
}
