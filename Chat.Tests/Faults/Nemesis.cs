using Chat.Tests.Support;
using Chat.Tests.Support.Proxy;

namespace Chat.Tests.Faults;

/// <summary>
/// Breaks one thing after the other, sometimes two at once, and mends each: what, when and for how long a seed says. Two at once are never of one part, so that
/// each can be mended by itself.
/// </summary>
/// <param name="proxy">The server's way to <paramref name="postgres"/>.</param>
/// <param name="tell">Hears what begins.</param>
internal sealed class Nemesis(ServerProcess server, PostgresServer postgres, TcpProxy proxy, RedisServer redis, int seed, Action<string> tell)
{
    public const int Workers = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Random _random = new(seed);

    /// <summary>Faults that were begun, and ended.</summary>
    public int Count { get; private set; }

    public async Task RunAsync(TimeSpan length)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(since) < length)
        {
            (string Name, Func<TimeSpan, Task> Act)[][] parts = [Processes(), Database(), Bus()];
            var first = _random.Next(parts.Length);
            var together = _random.Next(3) == 0 ? (first + _random.Next(1, parts.Length)) % parts.Length : first;
            int[] drawn = together == first ? [first] : [first, together];
            await Task.WhenAll(drawn.Select(part => BreakAsync(parts[part])).ToArray());
            await Task.Delay(Time(1, 3)); // So that some faults come while all is well, and some while the last one still echoes.
        }
    }

    private Task BreakAsync((string Name, Func<TimeSpan, Task> Act)[] faults)
    {
        var (name, act) = faults[_random.Next(faults.Length)];
        var stay = Time(1, 5);
        Count++;
        tell($"{name} ({stay.TotalSeconds:0.0} s)");
        return act(stay);
    }

    private (string Name, Func<TimeSpan, Task> Act)[] Processes() =>
    [
        ("a worker is killed", async _ =>
        {
            Signals.Send(AWorker(), Signal.Kill);
            await AllServeAsync();
        }),
        ("a worker is stopped", async stay =>
        {
            // Longer than the supervisor waits it is killed, and the signal to go on finds nobody.
            var worker = AWorker();
            await LastAsync(stay, () => Done(() => Signals.Send(worker, Signal.Stop)), () => Done(() => Signals.Send(worker, Signal.Continue)));
            await AllServeAsync();
        }),
        ("the server is killed", async _ =>
        {
            await server.Kill9Async();
            await server.StartAsync();
            await AllServeAsync();
        }),
    ];

    private (string Name, Func<TimeSpan, Task> Act)[] Database() =>
    [
        ("PostgreSQL stops", stay => LastAsync(stay, () => postgres.StopAsync(), postgres.StartAsync)),
        ("PostgreSQL is killed", stay => LastAsync(stay, postgres.KillAsync, postgres.StartAsync)),
        ("PostgreSQL hangs", stay => LastAsync(stay, postgres.PauseAsync, () => Done(postgres.Resume))),
        ("PostgreSQL is far away", stay => LastAsync(
            stay,
            () => Done(() => proxy.ToServer.Latency = TimeSpan.FromMilliseconds(_random.Next(50, 400))),
            () => Done(() => proxy.ToServer.Latency = TimeSpan.Zero))),
        ("all connections to PostgreSQL are reset", _ => Done(proxy.ResetAll)),
    ];

    private (string Name, Func<TimeSpan, Task> Act)[] Bus() =>
    [
        ("Redis stops", stay => LastAsync(stay, redis.StopAsync, redis.StartAsync)),
        ("Redis hangs", stay => LastAsync(stay, redis.PauseAsync, () => Done(redis.Resume))),
        ("Redis loses its subscribers", _ => redis.KillSubscribersAsync()),
    ];

    private static async Task LastAsync(TimeSpan stay, Func<Task> begin, Func<Task> mend)
    {
        await begin();
        await Task.Delay(stay); // The length of the fault, not a wait for something.
        await mend();
    }

    private static Task Done(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    private int AWorker() => server.WorkerIds() is { Count: > 0 } ids ? ids[_random.Next(ids.Count)] : throw new InvalidOperationException("No worker runs.");

    /// <summary>As many processes as there should be: what health says is a second old, and may be of before.</summary>
    private async Task AllServeAsync()
    {
        await Eventually.EqualAsync(Workers, () => server.WorkerIds().Count, "the number of workers", Patience);
        await server.UntilWorkersAsync(Workers, Workers, 0, Patience);
    }

    private TimeSpan Time(double from, double to) => TimeSpan.FromSeconds(from + (_random.NextDouble() * (to - from)));
}
