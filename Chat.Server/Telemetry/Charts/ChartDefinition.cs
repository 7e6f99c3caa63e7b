using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Telemetry.Charts;

internal enum ChartKind
{
    /// <summary>A gauge, added up over what is not told apart.</summary>
    Sum,

    /// <summary>A gauge, the greatest of what is not told apart.</summary>
    Max,

    /// <summary>A counter's rise a second.</summary>
    Rate,

    /// <summary>p50, p95 and p99 of a histogram.</summary>
    Quantiles,
}

/// <summary>What a chart shows. Told apart by one label, or by worker, or not at all.</summary>
internal sealed record ChartDefinition(string Name, string Group, string Title, string Unit, ChartKind Kind, string Family)
{
    public const string Worker = "worker";

    /// <summary>A label's name, or <see cref="Worker"/>; empty makes one line (of quantiles: three).</summary>
    public string By { get; init; } = "";

    public Func<LabelSet, bool>? Where { get; init; }

    /// <summary>The charts of the console, in the order of its groups.</summary>
    public static IReadOnlyList<ChartDefinition> All { get; } =
    [
        new("accepted", "Traffic", "Messages accepted", "1/s", ChartKind.Rate, "chat.message.accepted") { By = Worker },
        new("delivered", "Traffic", "Messages delivered", "1/s", ChartKind.Rate, "chat.message.delivered") { By = Worker },
        new("failed", "Traffic", "Messages failed", "1/s", ChartKind.Rate, "chat.message.failed") { By = "error.type" },
        new("duplicates", "Traffic", "Duplicates", "1/s", ChartKind.Rate, "chat.message.duplicate") { By = "where" },
        new("connections", "Traffic", "Connections", "", ChartKind.Sum, "signalr.server.active_connections") { By = Worker },
        new("online", "Traffic", "Users online", "", ChartKind.Sum, "chat.user.online"),
        new("delivery", "Delivery", "Delivery time", "s", ChartKind.Quantiles, "chat.message.delivery.duration") { Where = l => l.Has("stage", "write") },
        new("acknowledged", "Delivery", "Time until acknowledged", "s", ChartKind.Quantiles, "chat.message.delivery.duration") { Where = l => l.Has("stage", "ack") && l.Has("delivery.path", "live") },
        new("persist", "Delivery", "Time to store", "s", ChartKind.Quantiles, "chat.message.persist.duration"),
        new("resent", "Delivery", "Sent again", "1/s", ChartKind.Rate, "chat.message.resent"),
        new("slow", "Delivery", "Slow connections closed", "1/s", ChartKind.Rate, "chat.connection.slow_disconnect"),
        new("queue", "Queue", "Owed to connected devices", "", ChartKind.Sum, "chat.queue.depth") { By = "state" },
        new("queue-age", "Queue", "Age of the oldest", "s", ChartKind.Max, "chat.queue.oldest.age"),
        new("database", "Database", "Answer time of the database", "s", ChartKind.Quantiles, "chat.dependency.check.duration") { Where = l => l.Has("dependency", "database") },
        new("database-connections", "Database", "Database connections", "", ChartKind.Sum, "db.client.connection.count") { By = "db.client.connection.state" },
        new("database-waiting", "Database", "Waiting for a connection", "", ChartKind.Sum, "db.client.connection.npgsql.pending_requests"),
        new("storage-queue", "Database", "Waiting for the writer", "", ChartKind.Sum, "chat.storage.queue.depth"),
        new("dependencies", "Database", "Dependencies that answer", "", ChartKind.Sum, "chat.dependency.up") { By = "dependency" },
        new("bus", "Redis", "Workers by way of the bus", "", ChartKind.Sum, "chat.backplane.mode") { By = "mode" },
        new("published", "Redis", "Hints published", "1/s", ChartKind.Rate, "chat.backplane.published") { By = "outcome" },
        new("pool-delay", "Runtime", "Wait for a thread", "s", ChartKind.Quantiles, "chat.threadpool.queue_delay") { By = Worker },
        new("gc", "Runtime", "Time stopped for collections", "s/s", ChartKind.Rate, "dotnet.gc.pause.time") { By = Worker },
        new("exceptions", "Runtime", "Exceptions", "1/s", ChartKind.Rate, "dotnet.exceptions") { By = Worker },
        new("cpu", "Process", "CPU", "ratio", ChartKind.Max, "chat.cpu.utilization") { By = Worker },
        new("memory", "Process", "Memory", "By", ChartKind.Sum, "dotnet.process.memory.working_set") { By = Worker },
        new("memory-share", "Process", "Memory over its limit", "ratio", ChartKind.Max, "chat.memory.utilization") { By = "scope" },
        new("workers", "Process", "Workers", "", ChartKind.Sum, "chat.worker.count") { By = "state" },
        new("disk", "Process", "Disk free", "ratio", ChartKind.Max, "chat.disk.free"),
        new("http", "HTTP", "Requests", "1/s", ChartKind.Rate, "http.server.request.duration") { By = Worker },
        new("http-time", "HTTP", "Answer time", "s", ChartKind.Quantiles, "http.server.request.duration"),
    ];
}
