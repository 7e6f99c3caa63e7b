using Chat.Server.Alerts;
using Chat.Server.Alerts.Channels;
using Chat.Server.Management.Views;
using Chat.Tests.Support;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Alerts;

/// <summary>With each alert stands who was told of it and whether that got through, also after a restart.</summary>
public sealed class AlertDeliveryTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Told_ChannelFailsAtFirst_AttemptsAndResultStandWithTheAlert()
    {
        using var bed = new AlertBed(_time, channels: [new FlakyChannel("pager", failures: 2), new FlakyChannel("whole", failures: 0)]);
        await bed.Channels.StartAsync(CancellationToken.None);
        bed.Numbers.Gauge("chat.dependency.up", 0, "dependency=database", source: "w1");
        bed.RunToFiring();
        Assert.Equal(["pager", "whole"], Deliveries(bed).Select(d => d.Channel));
        Assert.All(Deliveries(bed), d => Assert.True(d.Firing));

        await EventuallyAsync(() => Deliveries(bed).All(d => d.Result == DeliveryResult.Sent));
        Assert.Equal([3, 1], Deliveries(bed).Select(d => d.Attempts));
        Assert.All(Deliveries(bed), d => Assert.NotNull(d.EndedAt));

        bed.Numbers.Gauge("chat.dependency.up", 1, "dependency=database", source: "w1");
        bed.Run(120);
        await EventuallyAsync(() => bed.Book.History()[0].Deliveries.All(d => d.Result == DeliveryResult.Sent));
        Assert.Equal([true, true, false, false], bed.Book.History()[0].Deliveries.Select(d => d.Firing));
        await bed.Channels.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Told_ChannelIsBroken_SaysWhyItWasGivenUp()
    {
        using var bed = new AlertBed(_time, channels: [new FlakyChannel("pager", failures: 100)]);
        await bed.Channels.StartAsync(CancellationToken.None);
        bed.Numbers.Gauge("chat.dependency.up", 0, "dependency=database", source: "w1");
        bed.RunToFiring();
        await EventuallyAsync(() => Deliveries(bed)[0].Result == DeliveryResult.Failed);
        var told = new AlertViews(bed.Book, Options.Create(new AlertsOptions())).All().Firing[0].Notifications[0];
        Assert.Equal(("pager", "firing", "failed", 5, "the receiver could not be reached"), (told.Channel, told.Of, told.Result, told.Attempts, told.Problem));
        await bed.Channels.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void Told_OutboxIsFull_SaysThatItWasDropped()
    {
        using var bed = new AlertBed(_time, configure: o => o.Outbox.MaxWaiting = 1);
        bed.Numbers.Gauge("chat.dependency.up", 0, "dependency=database", source: "w1");
        bed.RunToFiring();
        bed.Numbers.Gauge("chat.worker.count", 0, "state=healthy").Gauge("chat.worker.count", 2, "state=crashed");
        bed.Run(5);
        Assert.Equal(DeliveryResult.Dropped, bed.Book.Current.Firing.Single(a => a.Rule == "DatabaseUnavailable").Deliveries[0].Result);
        Assert.Equal(DeliveryResult.Waiting, bed.Book.Current.Firing.Single(a => a.Rule == "AllWorkersCrashed").Deliveries[0].Result);
    }

    [Fact]
    public void Restart_ChannelNoLongerConfigured_DoesNotWaitForEver()
    {
        var folder = TestRun.NewFolder("alerts");
        var first = new AlertBed(_time, folder, channels: [new FlakyChannel("old", failures: 0), new FlakyChannel("log", failures: 0)]);
        first.Numbers.Gauge("chat.dependency.up", 0, "dependency=database", source: "w1");
        first.RunToFiring();
        first.Dispose();

        using var second = new AlertBed(_time, folder, channels: [new FlakyChannel("log", failures: 0)]);
        second.Numbers.Gauge("chat.dependency.up", 0, "dependency=database", source: "w1");
        second.Step();
        Assert.Equal(["old Dropped the channel is no longer configured", "log Waiting "], Deliveries(second).Select(d => $"{d.Channel} {d.Result} {d.Problem}"));
    }

    [Fact]
    public void Trace_WhatWasRead_StandsBesideItsThresholdWithGaps()
    {
        using var bed = new AlertBed(_time);
        bed.Numbers.Gauge("chat.memory.utilization", 0.9, "scope=container");
        bed.Run(60);
        bed.Numbers.NoGauge("chat.memory.utilization");
        bed.Run(60);
        bed.Numbers.Gauge("chat.memory.utilization", 0.95, "scope=container");
        bed.Run(30);
        var alert = new AlertViews(bed.Book, Options.Create(new AlertsOptions())).All().Pending.Single();
        var values = alert.Trace!.Values;
        Assert.Equal(90, values.Count);
        Assert.Null(values[0]);
        Assert.Equal(0.95, values.Last(v => v is not null)!.Value, 5);
        Assert.Contains(values, v => v is > 0.89 and < 0.91);

        // Between the two there is nothing, which is no zero.
        var known = values.Select((v, i) => (v, i)).Where(p => p.v is not null).Select(p => p.i).ToList();
        Assert.Contains(known.Zip(known.Skip(1)), p => p.Second - p.First >= 5);
        Assert.DoesNotContain(values, v => v == 0);
    }

    private static IReadOnlyList<DeliveryView> Deliveries(AlertBed bed) => bed.Book.Current.Firing.Single(a => a.Rule == "DatabaseUnavailable").Deliveries;

    // The pauses between attempts are on the test's clock.
    private Task EventuallyAsync(Func<bool> condition) => Eventually.TrueAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            return condition();
        },
        "the channels have come so far");

    private sealed class FlakyChannel(string name, int failures) : INotificationChannel
    {
        private int _left = failures;

        public string Name => name;

        public TimeSpan Timeout { get; } = TimeSpan.FromMinutes(1);

        public ChannelFace Show(Notification notification) => new("test", "nowhere", Signed: false, "{}");

        public Task SendAsync(Notification notification, CancellationToken cancellationToken) =>
            Interlocked.Decrement(ref _left) >= 0 ? Task.FromException(new HttpRequestException("secret host")) : Task.CompletedTask;
    }
}
