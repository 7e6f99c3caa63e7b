using Xunit;

namespace Chat.Tests.Alerts.Rules;

public sealed class FurtherRulesTests : IDisposable
{
    private readonly AlertBed _bed = new();

    [Theory]
    [InlineData("RedisLost", "chat.dependency.up", "dependency=redis", 1, 0)]
    [InlineData("QueueOld", "chat.queue.oldest.age", "", 60, 61)]
    [InlineData("QueueStuck", "chat.queue.oldest.age", "", 600, 601)]
    [InlineData("SpoolFilling", "chat.realtime.spool.fill", "", 0.80, 0.81)]
    [InlineData("SpoolNotDrained", "chat.realtime.spool.oldest.age", "", 300, 301)]
    [InlineData("DiskLow", "chat.disk.free", "", 0.10, 0.09)]
    [InlineData("DiskFull", "chat.disk.free", "", 0.05, 0.04)]
    [InlineData("CertificateExpiring", "chat.certificate.remaining", "", 14 * 86_400, 13 * 86_400)]
    [InlineData("FileDescriptorsHigh", "chat.fd.utilization", "", 0.80, 0.81)]
    [InlineData("ClockSkew", "chat.clock.skew", "", 2, -2.1)]
    [InlineData("DatabasePoolExhausted", "db.client.connection.npgsql.pending_requests", "", 10, 11)]
    public void Gauge_BeyondItsThreshold_IsToldAndAtItIsNot(string rule, string family, string labels, double good, double bad)
    {
        _bed.Numbers.Gauge(family, good, labels, source: "w1");
        _bed.Run(200);
        Assert.DoesNotContain($"firing {rule}", _bed.Told);

        _bed.Numbers.Gauge(family, bad, labels, source: "w1");
        _bed.RunUntilTold($"firing {rule}", limit: 120);
    }

    [Theory]
    [InlineData("DeadLetters", "chat.message.failed", "error.type=dead_letter,fault=server", 1)]
    [InlineData("LogLinesDropped", "chat.log.dropped", "sink=file,reason=error", 1)]
    public void Counter_ThatRises_IsTold(string rule, string family, string labels, int more)
    {
        _bed.Numbers.Count(family, 0, labels);
        _bed.Run(60);
        Assert.Empty(_bed.Told);

        _bed.Numbers.Count(family, more, labels);
        _bed.RunUntilTold($"firing {rule}", limit: 30);
    }

    [Fact]
    public void AuthenticationFailures_ManyAMinute_AreTold()
    {
        _bed.RunUntilTold("firing AuthenticationFailures", limit: 180, () => _bed.Numbers.Count("chat.auth.failure", 3, "reason=bad_token"));
    }

    [Fact]
    public void AuthenticationFailures_OfUsersWhoAreShutOut_AreNotTold()
    {
        _bed.Run(180, () => _bed.Numbers.Count("chat.auth.failure", 30, "reason=blocked"));
        Assert.Empty(_bed.Told);
    }

    [Fact]
    public void DatabasePoolSlow_ConnectionsTakeLong_IsTold()
    {
        _bed.Run(60, () => _bed.Numbers.Observe("db.client.connection.wait_time", 0.02));
        Assert.Empty(_bed.Told);

        _bed.RunUntilTold("firing DatabasePoolSlow", limit: 120, () => _bed.Numbers.Observe("db.client.connection.wait_time", 0.2));
    }

    [Fact]
    public void DatabaseSlow_ChecksTakeLong_IsTold()
    {
        _bed.Run(60, () => _bed.Numbers.Observe("chat.dependency.check.duration", 0.01, labels: "dependency=database"));
        Assert.Empty(_bed.Told);

        _bed.RunUntilTold("firing DatabaseSlow", limit: 120, () => _bed.Numbers.Observe("chat.dependency.check.duration", 0.8, labels: "dependency=database"));
    }

    public void Dispose() => _bed.Dispose();
}
