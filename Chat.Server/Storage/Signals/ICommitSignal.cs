namespace Chat.Server.Storage.Signals;

/// <summary>
/// Wakes other processes that follow the journal of commits. Only a signal: what it says is in the journal, and a lost one is made
/// good by the next reading.
/// </summary>
internal interface ICommitSignal
{
    /// <summary>False: there is no such thing on this database, and followers poll.</summary>
    bool IsSupported { get; }

    /// <summary>Tells all who listen, this process too.</summary>
    Task SendAsync(string word, CancellationToken cancellation);

    /// <summary>Listens until the connection breaks, which it throws.</summary>
    /// <param name="listening">Called once signals will be heard.</param>
    Task ListenAsync(Action listening, Action<string> heard, CancellationToken cancellation);
}

/// <summary>SQLite has no signals.</summary>
internal sealed class NoCommitSignal : ICommitSignal
{
    public bool IsSupported => false;

    public Task SendAsync(string word, CancellationToken cancellation) => Task.CompletedTask;

    public Task ListenAsync(Action listening, Action<string> heard, CancellationToken cancellation) => Task.Delay(Timeout.Infinite, cancellation);
}
