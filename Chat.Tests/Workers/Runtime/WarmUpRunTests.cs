using System.Net;
using System.Net.Sockets;
using Chat.Server.Workers;
using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Runtime;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Workers.Runtime;

public sealed class WarmUpRunTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task RunAsync_AskedAgain_RunsEachFeatureOnceAndInOrder()
    {
        var ran = new List<string>();
        var run = Run(Feature(() => ran.Add("first")), Feature(() => ran.Add("second")));
        await Task.WhenAll(run.RunAsync(CancellationToken.None), run.RunAsync(CancellationToken.None)).WaitAsync(Eventually.Patience);
        Assert.Equal(["first", "second"], ran);
    }

    [Fact]
    public async Task RunAsync_FeatureFails_TheNextStillRuns()
    {
        var ran = false;
        await Run(Feature(() => throw new InvalidOperationException("broken")), Feature(() => ran = true)).RunAsync(CancellationToken.None).WaitAsync(Eventually.Patience);
        Assert.True(ran);
    }

    [Theory]
    [InlineData(false, 10)]
    [InlineData(true, 1.5)]
    public async Task RunAsync_FeatureHangsAndLooksAtNoToken_IsLeftInTime_AndSoonerByWhoReplacesACrashed(bool missed, double seconds)
    {
        var never = new TaskCompletionSource();
        var running = Run(missed, new WarmUp(_ => never.Task)).RunAsync(CancellationToken.None);
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(seconds));
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await running.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task BindAsync_BeforeAllIsWarm_LeavesThePortToOthers()
    {
        var warm = new TaskCompletionSource();
        var listeners = new WarmListeners(Run(new WarmUp(_ => warm.Task)), Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var place = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var binding = listeners.BindAsync(place);
        using (var early = new TcpClient())
        {
            await Assert.ThrowsAsync<SocketException>(() => early.ConnectAsync(place));
        }

        warm.SetResult();
        await using var listener = await binding.AsTask().WaitAsync(Eventually.Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(place);
    }

    private WarmUpRun Run(params IWarmUp[] features) => Run(missed: false, features);

    private WarmUpRun Run(bool missed, params IWarmUp[] features) => new(
        features, new RequestPipeline(), _services.GetRequiredService<IServiceScopeFactory>(), Plan(missed), _time, NullLogger<WarmUpRun>.Instance);

    private static ProcessPlan Plan(bool missed) => new(
        ProcessRole.Worker, 2, [], "", Stateless: true, new WorkerIdentity("w1", 2, "", "", []) { IsMissed = missed });

    private static WarmUp Feature(Action run) => new(_ =>
    {
        run();
        return Task.CompletedTask;
    });

    private sealed class WarmUp(Func<CancellationToken, Task> run) : IWarmUp
    {
        public Task WarmUpAsync(CancellationToken cancellationToken) => run(cancellationToken);
    }
}
