using Chat.Contracts.Management;

namespace Chat.Tests.Admin;

/// <summary>Answers of a node with something in every list; <c>word</c> stands wherever a user or a client can put text.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    public static Overview Overview(string word = "text", string workerState = WorkerStates.Healthy) => new()
    {
        At = Now,
        Health = HealthStatuses.Degraded,
        Reasons = [new("workers", HealthStatuses.Degraded, word, Now.AddMinutes(-1))],
        Ready = true,
        Tiles = new() { Connections = 1234, UsersOnline = 900, AcceptedPerSecond = 55.5, DeliveredPerSecond = 111, FailureRatio = 0.01, QueuePending = 3, QueueInFlight = 4, QueueOldestSeconds = 0.5, DeadLetters = 2, WorkersTotal = 2, WorkersHealthy = 2, AlertsFiring = 1, AlertsSeverity = "warning" },
        Workers = [Worker("w1", workerState, word), Worker("w2", WorkerStates.Healthy, word)],
        Firing = [Alert(word)],
        Dependencies = [new() { Name = "database", Connected = true, Status = HealthStatuses.Healthy, Text = word, ResponseMilliseconds = 2, PoolUsed = 3, PoolMax = 40 }, new() { Name = "redis", Configured = false, Status = HealthStatuses.Healthy }],
        Backplane = new() { Mode = "redis" },
        Events = [new() { At = Now, Kind = "worker", Severity = "warning", Target = "w1", Text = word }],
    };

    public static WorkerView Worker(string id, string state = WorkerStates.Healthy, string word = "text") => new()
    {
        Id = id, Node = "node-1", Pid = 100, State = state, Wanted = true, UptimeSeconds = 61, Connections = 600, CpuShare = 0.25, MemoryBytes = 100_000_000, MemoryLimitBytes = 200_000_000, Version = word,
        LastExit = new() { At = Now.AddMinutes(-5), Code = 137, Signal = "SIGKILL", Reason = "crashed", Text = word },
    };

    public static AlertView Alert(string word = "text") => new()
    {
        Fingerprint = "f1", Rule = "QueueOld", Severity = "warning", Phase = "firing", Labels = new Dictionary<string, string> { ["worker"] = word }, Summary = word, Description = word, Unit = "s", Value = 75, Threshold = 60,
        StartsAt = Now.AddMinutes(-2), FiredAt = Now.AddMinutes(-1), Runbook = "docs/operations.md#queueold", Timeline = [new(Now, word)],
    };

    public static void Fill(FakeServerApi api, string word = "text")
    {
        api.Answer(ManagementRoutes.Workers, new WorkersAnswer { At = Now, Total = 2, Healthy = 2, Supervised = true, Workers = [Worker("w1", word: word), Worker("w2", word: word)], Companions = [Worker("console")] });
        api.Answer(ManagementRoutes.Workers + "/w1", new WorkerDetail { Worker = Worker("w1", word: word), Timeline = [new() { At = Now, Worker = "w1", Kind = "state", To = WorkerStates.Healthy, Text = word }], Log = [new(Now, true, word)] });
        api.Answer(ManagementRoutes.Workers + "/w1/stacks", Stacks(word));
        api.Answer(ManagementRoutes.Alerts, new AlertsAnswer
        {
            Firing = [Alert(word)], Pending = [Alert(word) with { Phase = "pending" }], Silenced = [Alert(word)],
            Silences = [new() { Id = "s1", State = "active", Matchers = [new("alertname", "=", word)], EndsAt = Now.AddHours(1), Author = word, Comment = word }],
            Rules = [new() { Name = "QueueOld", Severity = "warning", Summary = word, Unit = "s", Settings = new() { Enabled = true, Threshold = 60, ForSeconds = 15 }, IsChanged = true, Value = 2 }],
            Channels = [new() { Name = word, Waiting = 1 }],
        });
        api.Answer(ManagementRoutes.AlertHistory, new AlertHistoryAnswer { Items = [Alert(word) with { Phase = "resolved", ResolvedAt = Now }], MeanSecondsToResolve = 60 });
        api.Answer(ManagementRoutes.Connections, PageOf<ConnectionView>(new() { Id = "c1", User = word, Device = word, Worker = "w1", Client = word, Window = 10, Unacknowledged = 3, PendingWrites = 2, MostPendingWrites = 16, UnsentBytes = 2048, RoundTripMilliseconds = 12.34, Reconnects = 7, LastSeenAt = Now, ConnectedAt = Now, Address = "10.0.0.x" }));
        api.Answer(ManagementRoutes.Users, PageOf<UserView>(new() { Id = word, State = UserStates.Online, Connections = 1, Pending = 1234, Workers = ["w1"] }));
        api.Answer(ManagementRoutes.Users + "/u1", new UserDetail { User = new() { Id = word, State = UserStates.Online }, Connections = [new() { Id = "c1", User = word, Device = word, Client = word }], Devices = [new() { Id = word, Owed = 3 }], Block = new() { User = word, Reason = word, By = word } });
        api.Answer(ManagementRoutes.Users + "/u1/trace", Trace(word));
        api.Answer(ManagementRoutes.Blocks, PageOf<BlockView>(new() { User = word, Reason = word, By = word, At = Now }));
        api.Answer(ManagementRoutes.Conversations, PageOf<ConversationView>(new() { Id = "c1", Kind = "group", Title = word, Policy = "durable", Members = 3, Head = 9, UpdatedAt = Now }));
        api.Answer(ManagementRoutes.Conversations + "/c1", new ConversationDetail { Conversation = new() { Id = "c1", Kind = "group", Title = word, Policy = "durable" }, Online = 2, StoredBytes = 1000 });
        api.Answer(ManagementRoutes.Conversations + "/c1/members", PageOf<MemberView>(new() { User = word, Role = "member", Lag = 4 }));
        api.Answer(ManagementRoutes.Conversations + "/c1/messages", new Stretch<MessageView> { Items = [Message(word)] });
        api.Answer(ManagementRoutes.Root + "/messages/m1", new MessageTraces("m1", [new() { Message = Message(word), Steps = [new() { At = Now, What = "committed", User = word, Device = word, Connection = word }], Devices = [new() { User = word, Device = word }], ReadBy = [word] }], null));
        api.Answer(ManagementRoutes.Queue, new QueueAnswer { At = Now, Pending = 3, InFlight = 4, OldestSeconds = 70, DeadLetters = 2 });
        api.Answer(ManagementRoutes.QueueUsers, PageOf<QueueUserView>(new() { User = word, Pending = 3 }));
        api.Answer(ManagementRoutes.DeadLetters, PageOf(Letter(word)));
        api.Answer(ManagementRoutes.DeadLetterGroups, (IReadOnlyList<DeadLetterGroup>)[new(word, 2, Now, Now)]);
        api.Answer(ManagementRoutes.Health, new HealthAnswer { Status = HealthStatuses.Degraded, Ready = true, LastChecked = Now, Checks = [new() { Name = "database", Status = HealthStatuses.Healthy, Description = word, Tags = ["ready"], Since = Now, History = [new(HealthStatuses.Healthy, word, Now.AddMinutes(-10), null)] }] });
        api.Answer(ManagementRoutes.Channels, (IReadOnlyList<ChannelCard>)[new() { Name = word, Kind = "webhook", Firing = word }]);
        api.Answer(ManagementRoutes.HealthCallers, new HealthCallersAnswer { Callers = [new() { Path = "/health", Kind = word, Address = word, LastAt = Now, Count = 3, LastCode = 200 }] });
        var chart = new ChartView { Name = "connections", Group = "Traffic", Title = "Connections", Unit = "" };
        api.Answer(ManagementRoutes.Charts, new ChartList([chart], ["15m", "1h"]));
        foreach (var name in new[] { "connections", "accepted", "delivered", "failed", "delivery", "queue", "queue-age" })
        {
            api.Answer($"{ManagementRoutes.Charts}/{name}", new ChartAnswer { Chart = chart with { Name = name }, Range = "1h", From = Now.AddHours(-1), StepSeconds = 600, Lines = [new(word, [1, null, 3])], Markers = [new(Now.AddMinutes(-5), "alert", word)] });
        }

        api.Answer(ManagementRoutes.Audit, new Stretch<AuditEntry> { Items = [new() { Number = 1, At = Now, Actor = word, Role = "admin", Action = "worker.restart", Object = word, Reason = word, Result = "done", Before = word, After = word }] });
        api.Answer(ManagementRoutes.About, new AboutAnswer { Version = word, Commit = "0123456789abcdef", Runtime = word, System = word, Packages = [new(word, "1.0", word)] });
        api.Answer(ManagementRoutes.Settings, new SettingsAnswer { Settings = [new() { Key = "Workers:Count", Value = word, Source = "file" }], LogLevels = [new("Default", "Information", null)], Version = "0.1.0", Runtime = "10.0" });
    }

    /// <summary>The same routes with nothing in their lists.</summary>
    public static void FillEmpty(FakeServerApi api)
    {
        api.Answer(ManagementRoutes.Workers, new WorkersAnswer { Supervised = true });
        api.Answer(ManagementRoutes.Alerts, new AlertsAnswer());
        api.Answer(ManagementRoutes.AlertHistory, new AlertHistoryAnswer());
        api.Answer(ManagementRoutes.Connections, new Page<ConnectionView> { Number = 1, Size = 25 });
        api.Answer(ManagementRoutes.Users, new Page<UserView> { Number = 1, Size = 25 });
        api.Answer(ManagementRoutes.Blocks, new Page<BlockView> { Number = 1, Size = 25 });
        api.Answer(ManagementRoutes.Conversations, new Page<ConversationView> { Number = 1, Size = 25 });
        api.Answer(ManagementRoutes.Queue, new QueueAnswer());
        api.Answer(ManagementRoutes.QueueUsers, new Page<QueueUserView> { Number = 1, Size = 25 });
        api.Answer(ManagementRoutes.DeadLetters, new Page<DeadLetterView> { Number = 1, Size = 25 });
        api.Answer(ManagementRoutes.DeadLetterGroups, (IReadOnlyList<DeadLetterGroup>)[]);
        api.Answer(ManagementRoutes.Audit, new Stretch<AuditEntry>());
        api.Answer(ManagementRoutes.Channels, (IReadOnlyList<ChannelCard>)[]);
        api.Answer(ManagementRoutes.HealthCallers, new HealthCallersAnswer());
        api.Answer(ManagementRoutes.Root + "/messages/m1", new MessageTraces("m1", [], null));
        api.Answer(ManagementRoutes.Settings, new SettingsAnswer());
    }

    public static SettingView Setting(string value = "1000") => new()
    {
        Key = "Limits:SendBurst", Value = value, Default = "1000", Configured = "500", Source = SettingSources.Running, Change = new("integer", "1 to 1000000", false), ChangedAt = Now, ChangedBy = "ada",
    };

    public static DeadLetterView Letter(string word = "text") => new() { Id = "d1", User = word, Device = word, Conversation = "c1", Seq = 5, MessageId = "m1", Type = word, Attempts = 5, Bytes = 2048, FirstError = word, FirstAt = Now.AddHours(-1), Reason = word, At = Now };

    public static StacksAnswer Stacks(string word = "text") => new() { At = Now, Pid = 100, Milliseconds = 540, Threads = 4, Stacks = [new(3, true, [$"libc.so.6!{word}", "Chat.Work()"]), new(1, false, [])] };

    public static UserTrace Trace(string word = "text") => new()
    {
        User = word, Running = true, StartedAt = Now.AddMinutes(-1), EndsAt = Now.AddMinutes(9), By = word, Before = 7,
        Steps =
        [
            new() { At = Now.AddSeconds(-3), What = "connected", Device = word, Connection = word, Worker = "w1" },
            new() { At = Now.AddSeconds(-2), What = "called", Call = "Send", Code = word, Milliseconds = 12, Conversation = word, Message = word, Device = word, Worker = "w1" },
            new() { At = Now.AddSeconds(-1), What = "pushed", Conversation = "c1", First = 4, Last = 6, Device = word, Worker = "w1" },
        ],
    };

    private static MessageView Message(string word) => new() { Conversation = "c1", Seq = 1, Id = "m1", Sender = word, Type = word, At = Now, Bytes = 12, Hash = "abcdef012345" };

    public static Page<T> PageOf<T>(T row) => new() { Items = [row], Total = 1, Number = 1, Size = 25, At = Now };
}
