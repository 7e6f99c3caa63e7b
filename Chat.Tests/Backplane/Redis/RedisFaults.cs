using System.Text;
using Chat.Server.Backplane;
using Chat.Server.Backplane.Failover;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Tests.Backplane.Redis;

/// <summary>What the fault tests have in common: questions to a node and to Redis.</summary>
internal static class RedisFaults
{
    public static bool Say(this BackplaneHost host, string channel, string text) => host.Bus.Publish(channel, Encoding.UTF8.GetBytes(text));

    /// <summary>Connections of all nodes, as Redis counts them.</summary>
    public static async Task<int> NodeConnectionsAsync(this RedisServer redis) =>
        (await redis.CommandAsync("CLIENT", "LIST")).Split('\n').Count(line => line.Contains("name=chat-", StringComparison.Ordinal));

    /// <summary>Channels that somebody listens to.</summary>
    public static async Task<int> ChannelsAsync(this RedisServer redis) =>
        (await redis.CommandAsync("PUBSUB", "CHANNELS")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(name => name.StartsWith("chat:", StringComparison.Ordinal));

    public static async Task<int> SubscribersAsync(this RedisServer redis, string channel) =>
        int.Parse((await redis.CommandAsync("PUBSUB", "NUMSUB", $"chat:{channel}")).Split('\n')[1]);

    public static PublishQueue Queue(this BackplaneHost host) => host.Services.GetRequiredService<PublishQueue>();

    /// <summary>Not more than a line in any second, and nothing that gives a secret away.</summary>
    public static void AssertLogIsCalm(this BackplaneHost host, params string[] secrets)
    {
        var lines = host.Log.Lines.Where(line => line.Level >= LogLevel.Information && line.Category.StartsWith("Chat.", StringComparison.Ordinal)).ToList();
        Assert.All(lines.Zip(lines.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At > TimeSpan.FromSeconds(0.95), $"{pair.First}\n{pair.Second}"));
        Assert.All(lines, line => Assert.All(secrets, secret => Assert.DoesNotContain(secret, line.Text, StringComparison.Ordinal)));
    }
}
