using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chat.Tests.Workers;

/// <summary>F08: the framework ends a process whose background service fails. A worker is replaced then; nobody would replace the supervisor.</summary>
public sealed class When_background_work_fails
{
    [Fact]
    public async Task The_supervisor_goes_on_and_keeps_its_workers()
    {
        var failing = new Failing();
        await using var node = await TestNode.StartWithAsync(builder => builder.Services.AddHostedService(_ => failing), workers: 1);
        var worker = (await node.AllHealthyAsync())[0];
        var lifetime = node.Services.GetRequiredService<IHostApplicationLifetime>();

        failing.Fail();
        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.ExecuteTask!.WaitAsync(Eventually.Patience));

        Signals.Send(worker.Pid!.Value, Signal.Kill);
        await node.ReplacedAsync(worker);
        Assert.False(lifetime.ApplicationStopping.IsCancellationRequested);
    }

    private sealed class Failing : BackgroundService
    {
        private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail() => _failed.SetException(new InvalidOperationException("thrown by the test"));

        protected override Task ExecuteAsync(CancellationToken stoppingToken) => _failed.Task;
    }
}
