using Chat.Server.Backplane;
using Chat.Server.Backplane.Failover;
using Chat.Server.Workers.Ports;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Backplane.Failover;

public sealed class StatusLogTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordedLog _log = new();
    private readonly RecordedJournal _journal = new();
    private readonly StatusLog _statusLog;

    public StatusLogTests() => _statusLog = new StatusLog(_log.CreateLogger("log"), _journal, _time);

    [Fact]
    public void Tell_FlappingEveryTick_WritesALineASecondAndTheLastStateInTheEnd()
    {
        for (var tick = 0; tick < 41; tick++)
        {
            _statusLog.Tell(Status(tick % 2 == 0 ? BackplaneMode.Database : BackplaneMode.Redis));
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.InRange(_log.Lines.Count, 2, 11);
        for (var tick = 0; tick < 8; tick++)
        {
            _statusLog.Tell(Status(BackplaneMode.Redis));
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.Equal("Redis is in use.", _log.Lines.Last().Text);
        Assert.Equal(_log.Lines.Select(line => line.Text), _journal.Texts);
    }

    [Fact]
    public void Tell_AnotherReasonEverySecond_WritesALineInTenSecondsButAnotherModeAtOnce()
    {
        for (var second = 0; second < 60; second++)
        {
            _statusLog.Tell(Status(BackplaneMode.Database) with { Reason = second % 2 == 0 ? "not connected" : "messages do not come back" });
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(_log.Lines.Count, 3, 7);
        _statusLog.Tell(Status(BackplaneMode.Redis));
        Assert.Equal("Redis is in use.", _log.Lines.Last().Text);
    }

    [Fact]
    public void Tell_NothingNew_WritesNothingMore()
    {
        for (var tick = 0; tick < 100; tick++)
        {
            _statusLog.Tell(Status(BackplaneMode.Database));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("Redis is not in use (not connected); the mode is database.", Assert.Single(_log.Lines).Text);
    }

    [Fact]
    public void Tell_ConnectedSoonAfterTheStart_WritesThatOnly()
    {
        _statusLog.Tell(Status(BackplaneMode.Database));
        _time.Advance(TimeSpan.FromSeconds(1));
        _statusLog.Tell(Status(BackplaneMode.Redis));

        Assert.Equal("Redis is in use.", Assert.Single(_log.Lines).Text);
    }

    [Fact]
    public void Tell_RedisNotConfigured_WritesNothing()
    {
        _statusLog.Tell(new BackplaneStatus(BackplaneMode.Local, RedisConfigured: false, Reason: null, _time.GetUtcNow()));

        Assert.Empty(_log.Lines);
        Assert.Empty(_journal.Texts);
    }

    private BackplaneStatus Status(BackplaneMode mode) =>
        new(mode, RedisConfigured: true, mode == BackplaneMode.Redis ? null : "not connected", _time.GetUtcNow());

    private sealed class RecordedJournal : IWorkerJournal
    {
        public List<string> Texts { get; } = [];

        public void Report(string kind, string text) => Texts.Add(text);
    }
}
