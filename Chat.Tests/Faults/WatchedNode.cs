using System.Diagnostics;
using System.Text.Json;
using Chat.Tests.Alerts.Channels;
using Chat.Tests.Support;

namespace Chat.Tests.Faults;

/// <summary>A node of the real product with somebody who watches it: its health, its numbers, and what its operator is told.</summary>
internal sealed class WatchedNode : IAsyncDisposable
{
    private WatchedNode(ServerProcess server, WebhookReceiver receiver)
    {
        Server = server;
        Receiver = receiver;
    }

    public ServerProcess Server { get; }

    public WebhookReceiver Receiver { get; }

    /// <summary>A ready node whose alerts end soon after their cause; their deadlines are the product's own.</summary>
    public static async Task<WatchedNode> StartAsync(ServerSettings settings)
    {
        var receiver = await WebhookReceiver.StartAsync();
        try
        {
            return new(await ServerProcess.StartNewAsync(Telling(settings, receiver)), receiver);
        }
        catch
        {
            await receiver.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc cref="NodeNumbers.UntilWorkersAsync"/>
    public Task<TimeSpan> UntilWorkersAsync(int total, int healthy, int crashed, TimeSpan within) =>
        Server.UntilWorkersAsync(total, healthy, crashed, within);

    /// <inheritdoc cref="NodeNumbers.HealthAsync"/>
    public Task<(int Code, JsonElement Body)> HealthAsync(string path = "/health") => Server.HealthAsync(path);

    /// <summary>What the operator was told of these alerts. Others are another test's: a machine that is busy with many tests may well be slow.</summary>
    public IReadOnlyList<string> ToldOf(params string[] alerts) => [.. Receiver.Told.Where(told => alerts.Contains(told.Split(' ')[1]))];

    /// <summary>Waits for a notification such as <c>firing WorkerCrash warning</c>; answers how long after <paramref name="since"/> it came.</summary>
    public async Task<TimeSpan> ToldAsync(string headline, long since, TimeSpan within)
    {
        WebhookReceiver.Call? call = null;
        await Eventually.TrueAsync(
            () => (call = Receiver.Calls.FirstOrDefault(c => c.Headline == headline && c.At > since)) is not null,
            $"the operator is told \"{headline}\" (so far: {string.Join(", ", Receiver.Told)})",
            within);
        return Stopwatch.GetElapsedTime(since, call!.At);
    }

    /// <inheritdoc cref="NodeNumbers.SamplesAsync"/>
    public Task<IReadOnlyDictionary<string, double>> SamplesAsync(string family, string label) => Server.SamplesAsync(family, label);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    private static ServerSettings Telling(ServerSettings settings, WebhookReceiver receiver)
    {
        var own = new Dictionary<string, string?>
        {
            ["Alerts:Webhooks:0:Name"] = "pager",
            ["Alerts:Webhooks:0:Url"] = receiver.Url,
            ["Alerts:GroupInterval"] = "00:00:01",
            ["Alerts:WarningEvery"] = "00:00:01",
            ["Alerts:WarningGroupWait"] = "00:00:01",
            // What is slow is this machine, with all the tests that it runs.
            ["Health:SlowAfter"] = "00:00:30",
        };
        foreach (var rule in (string[])["DatabaseUnavailable", "AllWorkersCrashed", "WorkerCrash", "WorkerCrashLoop", "MessageFailureRate", "ThreadPoolLag", "MemoryHigh", "RedisLost", "QueueOld", "AuthenticationFailures"])
        {
            own[$"Alerts:Rules:{rule}:KeepFiringFor"] = "00:00:01";
        }

        foreach (var (key, value) in settings.Options)
        {
            own[key] = value;
        }

        return settings with { Options = own };
    }
}
