using Chat.Server.Health;

namespace Chat.Server.Storage;

/// <summary>Tells health at once what the breaker has learned from real traffic.</summary>
internal sealed class DatabaseEvidence(StorageBreaker breaker, IHealthEvidence? evidence = null) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        breaker.Changed += Tell;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        breaker.Changed -= Tell;
        return Task.CompletedTask;
    }

    private void Tell(bool available) => evidence?.Report(HealthNames.Database, available, conclusive: true);
}
