using System.Collections.Frozen;

namespace Chat.Server.Alerts.Rules;

/// <summary>Every rule. Each has a line in docs/operations.md: what it means and what to do.</summary>
internal static class AlertRules
{
    public const string ChannelFailing = "NotificationChannelFailing";
    public const string EvaluationFailed = "RuleEvaluationFailed";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    public static IReadOnlyList<IAlertRule> All { get; } =
    [
        new DatabaseUnavailable(),
        new AllWorkersCrashed(),
        new MessageFailureRate(),
        new WorkerCrash("WorkerCrash", AlertSeverity.Warning, "A worker crashed and was replaced.", threshold: 0),
        new ThreadPoolLag(),
        new MemoryHigh(),
        new WorkerCrash("WorkerCrashLoop", AlertSeverity.Critical, "A worker crashes again and again.", threshold: 2),
        new QuantileRule(
            "DatabaseSlow", AlertSeverity.Warning, "The database answers slowly.", "chat.dependency.check.duration",
            new(Breach.Above, 0.5, For: Minute, KeepFiringFor: Minute) { Window = Minute }) { Where = labels => labels.Has("dependency", "database") },
        new GaugeRule(
            "DatabasePoolExhausted", AlertSeverity.Warning, "Work waits for a database connection.", "db.client.connection.npgsql.pending_requests",
            new(Breach.Above, 10, For: TimeSpan.FromSeconds(30), KeepFiringFor: Minute)),
        new QuantileRule(
            "DatabasePoolSlow", AlertSeverity.Warning, "A database connection takes long to get.", "db.client.connection.wait_time",
            new(Breach.Above, 0.1, For: Minute, KeepFiringFor: Minute) { Window = Minute }),
        new GaugeRule(
            "RedisLost", AlertSeverity.Warning, "Redis does not answer; workers learn from the database.", "chat.dependency.up",
            new(Breach.Below, 1, For: TimeSpan.FromSeconds(30), KeepFiringFor: TimeSpan.FromSeconds(30))) { Where = labels => labels.Has("dependency", "redis") },
        new GaugeRule(
            "QueueOld", AlertSeverity.Warning, "An event is owed to a connected device for too long.", "chat.queue.oldest.age",
            new(Breach.Above, 60, For: TimeSpan.FromSeconds(15), KeepFiringFor: Minute)) { Unit = "s" },
        new GaugeRule(
            "QueueStuck", AlertSeverity.Critical, "Delivery to a connected device stands still.", "chat.queue.oldest.age",
            new(Breach.Above, 600, For: TimeSpan.Zero, KeepFiringFor: Minute)) { Unit = "s" },
        new GaugeRule(
            "SpoolFilling", AlertSeverity.Warning, "The spool of realtime sends is filling up.", "chat.realtime.spool.fill",
            new(Breach.Above, 0.80, For: TimeSpan.FromSeconds(10), KeepFiringFor: Minute, ResolveThreshold: 0.70)) { Unit = "ratio" },
        new GaugeRule(
            "SpoolNotDrained", AlertSeverity.Warning, "Realtime sends wait on disk for too long.", "chat.realtime.spool.oldest.age",
            new(Breach.Above, 300, For: TimeSpan.FromSeconds(15), KeepFiringFor: Minute)) { Unit = "s" },
        new IncreaseRule(
            "DeadLetters", AlertSeverity.Warning, "Events were given up after repeated failures.", "chat.message.failed",
            new(Breach.Above, 0, For: TimeSpan.Zero, KeepFiringFor: FiveMinutes) { Window = FiveMinutes }) { Where = labels => labels.Has("error.type", "dead_letter") },
        new GaugeRule(
            "DiskLow", AlertSeverity.Warning, "The disk is filling up.", "chat.disk.free",
            new(Breach.Below, 0.10, For: Minute, KeepFiringFor: FiveMinutes, ResolveThreshold: 0.12)) { Unit = "ratio" },
        new GaugeRule(
            "DiskFull", AlertSeverity.Critical, "The disk is nearly full.", "chat.disk.free",
            new(Breach.Below, 0.05, For: TimeSpan.FromSeconds(10), KeepFiringFor: FiveMinutes, ResolveThreshold: 0.06)) { Unit = "ratio" },
        new GaugeRule(
            "CertificateExpiring", AlertSeverity.Warning, "The server's certificate expires soon.", "chat.certificate.remaining",
            new(Breach.Below, 14, For: Minute, KeepFiringFor: FiveMinutes)) { Unit = "days", Convert = seconds => seconds / 86_400 },
        new GaugeRule(
            "FileDescriptorsHigh", AlertSeverity.Warning, "The process is running out of file descriptors.", "chat.fd.utilization",
            new(Breach.Above, 0.80, For: Minute, KeepFiringFor: Minute, ResolveThreshold: 0.75)) { Unit = "ratio" },
        new GaugeRule(
            ChannelFailing, AlertSeverity.Warning, "Notifications do not get through one channel.", "chat.alert.channel.failing",
            new(Breach.Above, 0, For: TimeSpan.Zero, KeepFiringFor: TimeSpan.Zero)) { By = "channel" },
        new GaugeRule(
            EvaluationFailed, AlertSeverity.Warning, "A rule cannot be judged: its numbers are missing or it failed.", "chat.alert.rule.unknown",
            new(Breach.Above, 0, For: Minute, KeepFiringFor: Minute)) { By = "rule" },
        new IncreaseRule(
            "AuthenticationFailures", AlertSeverity.Warning, "Many sign-ins or tokens are refused.", "chat.auth.failure",
            new(Breach.Above, 100, For: Minute, KeepFiringFor: FiveMinutes) { Window = Minute })
        {
            // Whom an operator shut out may knock as often as he likes: nobody has to look.
            Where = labels => !labels.Has("reason", "blocked"),
        },
        new GaugeRule(
            "ClockSkew", AlertSeverity.Warning, "This machine's clock and the database's differ.", "chat.clock.skew",
            new(Breach.Above, 2, For: Minute, KeepFiringFor: FiveMinutes)) { Unit = "s", Convert = Math.Abs },
        new IncreaseRule(
            "LogLinesDropped", AlertSeverity.Warning, "Log lines are lost; a disk is full or a terminal blocked.", "chat.log.dropped",
            new(Breach.Above, 0, For: TimeSpan.Zero, KeepFiringFor: FiveMinutes) { Window = FiveMinutes }),
    ];

    private static readonly FrozenDictionary<string, IAlertRule> ByName = All.ToFrozenDictionary(r => r.Name, StringComparer.Ordinal);

    public static IAlertRule? Find(string name) => ByName.GetValueOrDefault(name);
}
