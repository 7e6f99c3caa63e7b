using System.Net;
using Chat.Bench.Targets;
using Chat.Contracts;

namespace Chat.Bench.Load;

/// <summary>How a crowd behaves.</summary>
internal sealed record CrowdOptions
{
    /// <summary>Longest that an arrived event stays unacknowledged.</summary>
    public TimeSpan AckInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    public string Device { get; init; } = ChatHubContract.DefaultDevice;

    /// <summary>Who is told from the first event on; others attach later.</summary>
    public ILoad? Load { get; init; }

    /// <summary>Bytes of receive buffer for each connection.</summary>
    public int ReceiveBuffer { get; init; } = 16 * 1024;
}

/// <summary>Connected users of one run, kept alive and acknowledging until disposed.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    /// <summary>Of the server under test: half a keep-alive time-out would do, this is the usual interval.</summary>
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    /// <summary>Handshakes under way at once; more would measure the accept queue.</summary>
    private const int ConnectsAtOnce = 64;

    /// <summary>One source address has about 28,000 ports; stay well below.</summary>
    private const int ConnectionsPerSource = 15_000;

    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _ackInterval;
    private Task _upkeep = Task.CompletedTask;

    private Crowd(uint run, ChatConnection[] connections, Tally tally, TimeSpan ackInterval) =>
        (Run, Connections, Senders, Tally, _ackInterval) = (run, connections, connections, tally, ackInterval);

    /// <summary>Marks the messages of this crowd.</summary>
    public uint Run { get; }

    public IReadOnlyList<ChatConnection> Connections { get; }

    /// <summary>Those of them who send; the others only stay connected.</summary>
    public IReadOnlyList<ChatConnection> Senders { get; set; }

    public Tally Tally { get; }

    public static uint NewRun() => (uint)Random.Shared.NextInt64(1, uint.MaxValue);

    /// <summary>User names that no earlier run used.</summary>
    public static string[] Users(uint run, int count) => [.. Enumerable.Range(0, count).Select(i => $"u{run:x8}-{i}")];

    public static async Task<Crowd> OpenAsync(Target target, uint run, IReadOnlyList<string> users, CrowdOptions options, CancellationToken cancellationToken)
    {
        var tally = new Tally();
        var connections = users.Select((user, i) => new ChatConnection(run, (uint)i, user, options.ReceiveBuffer, tally) { Load = options.Load }).ToArray();
        var crowd = new Crowd(run, connections, tally, options.AckInterval);
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = ConnectsAtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(connections, parallel, async (connection, token) =>
                await connection.OpenAsync(target.AddressOf(connection.User, options.Device), SourceOf(connection.Index), token));
        }
        catch
        {
            await crowd.DisposeAsync();
            throw;
        }

        crowd._upkeep = crowd.KeepUpAsync();
        return crowd;
    }

    public void Attach(ILoad? load)
    {
        foreach (var connection in Connections)
        {
            connection.Load = load;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _upkeep;
        foreach (var connection in Connections)
        {
            connection.Dispose();
        }

        _stop.Dispose();
    }

    private static IPAddress? SourceOf(uint index)
    {
        var source = index / ConnectionsPerSource;
        return source == 0 ? null : new IPAddress([127, 0, 0, (byte)(1 + source)]);
    }

    /// <summary>One timer for all: acknowledges what is due and spreads the pings over their interval.</summary>
    private async Task KeepUpAsync()
    {
        using var timer = new PeriodicTimer(_ackInterval);
        var ticksPerRound = Math.Max(1, (int)(PingInterval / _ackInterval));
        try
        {
            for (var tick = 0; ; tick = (tick + 1) % ticksPerRound)
            {
                await timer.WaitForNextTickAsync(_stop.Token);
                foreach (var connection in Connections)
                {
                    connection.FlushAck();
                    if (connection.Index % ticksPerRound == tick)
                    {
                        connection.Ping();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The crowd goes home.
        }
    }
}
