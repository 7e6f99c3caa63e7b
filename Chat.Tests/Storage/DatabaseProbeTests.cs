using System.Diagnostics.Metrics;
using Chat.Server.Health;
using Chat.Server.Storage;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class DatabaseProbeTests
{
    [Fact]
    public async Task Check_PostgresStopsAndComesBack_FollowsIt()
    {
        await using var server = await PostgresServer.StartNewAsync();
        await using var host = await StorageHost.StartAsync(server.ConnectionString(await server.CreateDatabaseAsync("probe")));
        var probe = host.Services.GetServices<IHealthProbe>().Single(p => p.Name == "database");
        var skews = new List<double>();
        using var listener = Listen(host, skews);

        var reached = await probe.CheckAsync(CancellationToken.None);
        Assert.Equal((HealthLevel.Healthy, true), (reached.Level, reached.Connected));
        Assert.InRange(Assert.Single(skews), -1, 1);

        await server.StopAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => probe.CheckAsync(CancellationToken.None));

        host.Breaker.ReportOutage(cause: null, host.Services.GetRequiredService<TimeProvider>().GetTimestamp());
        Assert.False((await probe.CheckAsync(CancellationToken.None)).Connected);

        await server.StartAsync();
        await host.Breaker.WaitUntilClosedAsync(CancellationToken.None).WaitAsync(Eventually.Patience);
        Assert.True((await probe.CheckAsync(CancellationToken.None)).Connected);
    }

    [Fact]
    public async Task Check_Sqlite_ReadsTheFile()
    {
        await using var host = await StorageHost.StartAsync($"Data Source={Path.Combine(TestRun.NewFolder("probe"), "chat.db")}");

        Assert.True((await host.Services.GetServices<IHealthProbe>().Single().CheckAsync(CancellationToken.None)).Connected);
    }

    private static MeterListener Listen(StorageHost host, List<double> skews)
    {
        var factory = host.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "chat.clock.skew" && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => skews.Add(value));
        listener.Start();
        return listener;
    }
}
