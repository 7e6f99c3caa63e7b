using System.Diagnostics.Metrics;
using Chat.Server.Alerts;
using Chat.Server.Alerts.Channels;
using Chat.Tests.Support;
using Chat.Tests.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Alerts.Channels;

public sealed class ChannelSetTests : IDisposable
{
    private readonly TestMeters _meters = new();

    [Fact]
    public async Task Deliver_ReceiverFailsAtFirst_GetsTheSameOnceItRecovers()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answers.Enqueue(500);
        receiver.Answers.Enqueue(503);
        using var webhook = new WebhookChannel(new WebhookOptions { Name = "pager", Url = receiver.Url });
        using var channels = await StartAsync(webhook);

        channels.Add(Notices.Sample());
        channels.Wake();

        await Eventually.TrueAsync(() => channels.All[0].Waiting().Count == 0, "it got through");
        Assert.Equal(3, receiver.Calls.Count);
        Assert.Single(receiver.Calls.Select(c => Convert.ToHexString(c.Body)).Distinct());
        Assert.False(channels.All[0].Failing);
        Assert.Equal(2, Count("channel=pager,outcome=retried"));
        Assert.Equal(1, Count("channel=pager,outcome=sent"));
        await channels.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Deliver_ChannelIsBroken_IsGivenUpAfterFiveAttemptsAndTheOtherGotItLongBefore()
    {
        var broken = new BrokenChannel("broken");
        var whole = new RecordingChannel("whole");
        using var channels = await StartAsync(broken, whole);

        channels.Add(Notices.Sample("First"));
        channels.Add(Notices.Sample("Second"));
        channels.Wake();

        await Eventually.TrueAsync(() => channels.All[0].Waiting().Count == 0, "both were given up");
        Assert.Equal(["First", "Second"], whole.Sent);
        Assert.Equal(10, broken.Attempts);
        Assert.True(channels.All[0].Failing);
        Assert.False(channels.All[1].Failing);
        Assert.Equal(2, Count("channel=broken,outcome=failed"));
        await channels.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Deliver_ChannelHangs_HoldsNobodyUp()
    {
        var hanging = new HangingChannel("hanging");
        var whole = new RecordingChannel("whole");
        using var channels = await StartAsync(hanging, whole);

        channels.Add(Notices.Sample("First"));
        channels.Wake();

        await Eventually.TrueAsync(() => whole.Sent.Length == 1 && hanging.Attempts >= 2, "the other has it and the hanging one is tried again");
        await channels.StopAsync(CancellationToken.None);
        Assert.Single(channels.All[0].Waiting());
    }

    [Fact]
    public async Task Try_ChannelThatFailed_CountsAsWholeAgainWhenItAnswers()
    {
        var broken = new BrokenChannel("pager");
        using var channels = await StartAsync(broken);
        channels.Add(Notices.Sample());
        channels.Wake();
        await Eventually.TrueAsync(() => channels.All[0].Failing, "it was given up");
        Assert.Equal("it failed", await channels.All[0].TryAsync(Notices.Sample(), CancellationToken.None));

        broken.Works = true;

        Assert.Null(await channels.All[0].TryAsync(Notices.Sample(), CancellationToken.None));
        Assert.False(channels.All[0].Failing);
        await channels.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void Add_MoreThanMayWait_DropsTheOldest()
    {
        using var channels = Make([new RecordingChannel("pager")], maxWaiting: 2);
        foreach (var rule in new[] { "First", "Second", "Third" })
        {
            channels.Add(Notices.Sample(rule));
        }

        Assert.Equal(["Second", "Third"], channels.All[0].Waiting().Select(n => n.Rule));
        Assert.Equal(1, Count("channel=pager,outcome=dropped"));
    }

    [Theory]
    [InlineData(1, 1.0, 1.2)]
    [InlineData(2, 2.0, 2.4)]
    [InlineData(4, 8.0, 9.6)]
    public void After_EachAttempt_TheNextWaitsTwiceAsLong(int attempt, double least, double most)
    {
        Assert.Equal(least, OutboxBackoff.After(attempt, TimeSpan.FromSeconds(1), random: 0).TotalSeconds, precision: 6);
        Assert.Equal(most, OutboxBackoff.After(attempt, TimeSpan.FromSeconds(1), random: 1).TotalSeconds, precision: 6);
    }

    public void Dispose() => _meters.Dispose();

    private double Count(string labels) => _meters.Values("chat.alert.notification").GetValueOrDefault(labels);

    private async Task<ChannelSet> StartAsync(params INotificationChannel[] channels)
    {
        var set = Make(channels, maxWaiting: 100);
        await set.StartAsync(CancellationToken.None);
        return set;
    }

    private ChannelSet Make(INotificationChannel[] channels, int maxWaiting) => new(
        channels,
        Options.Create(new AlertsOptions { Outbox = new OutboxOptions { FirstRetry = TimeSpan.FromMilliseconds(1), MaxWaiting = maxWaiting } }),
        new AlertMeter(_meters.Factory),
        TimeProvider.System,
        NullLogger<ChannelSet>.Instance);

    private sealed class RecordingChannel(string name) : INotificationChannel
    {
        private readonly List<string> _sent = [];

        public string Name => name;

        public TimeSpan Timeout { get; } = TimeSpan.FromSeconds(10);

        public string[] Sent
        {
            get
            {
                lock (_sent)
                {
                    return [.. _sent];
                }
            }
        }

        public ChannelFace Show(Notification notification) => new("test", "nowhere", Signed: false, "{}");

        public Task SendAsync(Notification notification, CancellationToken cancellationToken)
        {
            lock (_sent)
            {
                _sent.Add(notification.Rule);
            }

            return Task.CompletedTask;
        }
    }

    private sealed class BrokenChannel(string name) : INotificationChannel
    {
        private int _attempts;

        public volatile bool Works;

        public string Name => name;

        public TimeSpan Timeout { get; } = TimeSpan.FromSeconds(10);

        public int Attempts => Volatile.Read(ref _attempts);

        public ChannelFace Show(Notification notification) => new("test", "nowhere", Signed: false, "{}");

        public Task SendAsync(Notification notification, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _attempts);
            return Works ? Task.CompletedTask : throw new InvalidOperationException("broken on purpose");
        }
    }

    private sealed class HangingChannel(string name) : INotificationChannel
    {
        private int _attempts;

        public string Name => name;

        public TimeSpan Timeout { get; } = TimeSpan.FromMilliseconds(5);

        public int Attempts => Volatile.Read(ref _attempts);

        public ChannelFace Show(Notification notification) => new("test", "nowhere", Signed: false, "{}");

        public Task SendAsync(Notification notification, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _attempts);
            return new TaskCompletionSource().Task;
        }
    }
}
