namespace Chat.Server.Workers.Ports;

internal enum CommandOutcome
{
    /// <summary>Begun; the events tell how it goes on.</summary>
    Accepted,

    /// <summary>The same is already under way or already so: asking twice does no harm.</summary>
    Already,

    UnknownWorker,

    /// <summary>This process has no workers to command.</summary>
    NotSupervised,
}

/// <summary>What an operator may ask of the node's processes. <c>window</c> is the time over which clients are sent away; absent: the configured one.</summary>
internal interface IWorkerCommands
{
    /// <summary>Drains, then starts again.</summary>
    CommandOutcome Restart(string id, TimeSpan? window = null);

    /// <summary>Drains, then stays down until <see cref="Start"/>.</summary>
    CommandOutcome Drain(string id, TimeSpan? window = null);

    /// <summary>As <see cref="Drain"/> without giving the clients time.</summary>
    CommandOutcome Stop(string id);

    /// <summary>Starts a stopped or failed one, or ends a back-off.</summary>
    CommandOutcome Start(string id);

    /// <summary>Ends its process without a word, as a crash would: for trying out what follows.</summary>
    CommandOutcome Kill(string id);

    /// <summary>Restarts all, one at a time; each replacement is ready before the next one drains.</summary>
    CommandOutcome RestartAll(TimeSpan? window = null);

    /// <summary>Sets a configuration key in every process of the node until it is restarted; only <c>Logging:LogLevel:…</c>, <c>Failpoints:…</c>, <c>Health:Maintenance</c>, <c>Limits:…</c> and <c>Retention:…</c>.</summary>
    CommandOutcome Set(string key, string? value);
}
