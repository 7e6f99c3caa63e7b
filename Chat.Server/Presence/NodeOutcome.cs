namespace Chat.Server.Presence;

/// <summary>What follows from a message of another process, or from its silence.</summary>
internal abstract record NodeOutcome
{
    public static readonly NodeOutcome Nothing = new Settled();

    /// <summary>Nothing to do.</summary>
    public sealed record Settled : NodeOutcome;

    /// <summary>Something is missing: ask the process for all.</summary>
    public sealed record AskAll(string Node) : NodeOutcome;

    /// <summary>Users came to, or went from, the process.</summary>
    /// <param name="IsNews">False: they were there before this process looked.</param>
    public sealed record Moved(IReadOnlyCollection<string> Came, IReadOnlyCollection<string> Went, bool IsNews) : NodeOutcome;
}
