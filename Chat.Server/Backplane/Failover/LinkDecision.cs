namespace Chat.Server.Backplane.Failover;

/// <summary>What <see cref="LinkPolicy"/> decided, and the memory to decide upon next.</summary>
internal abstract record LinkDecision(LinkView Next)
{
    /// <summary>Nothing to do.</summary>
    public sealed record Stay(LinkView Next) : LinkDecision(Next);

    /// <summary>Be watchful; the mode stays.</summary>
    public sealed record Doubt(LinkView Next) : LinkDecision(Next);

    /// <summary>Stop using Redis.</summary>
    public sealed record Lose(LinkView Next) : LinkDecision(Next);

    /// <summary>Make sure of all subscriptions, then read what was missed.</summary>
    public sealed record BeginRestore(LinkView Next) : LinkDecision(Next);

    /// <summary>Nothing is missing any more: Redis is the mode.</summary>
    public sealed record Declare(LinkView Next) : LinkDecision(Next);
}
