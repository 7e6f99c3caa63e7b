namespace Chat.Server.Backplane.Failover;

/// <summary>
/// Decides whether Redis is to be used. Quick to give up (a lost hint costs a read), slow to come back: a flapping
/// Redis is worse than none, so each loss in short order doubles the time that it must behave.
/// </summary>
internal static class LinkPolicy
{
    public static LinkDecision Decide(LinkView view, LinkFacts facts, LinkTimings timings, TimeSpan now)
    {
        var healthy = facts is { Linked: true, Interrupted: false, Refusal: null } && facts.Silence < timings.SuspectAfter;
        return (view.State, healthy) switch
        {
            (LinkState.Lost, true) => AwaitStability(view, timings, now),
            (LinkState.Lost, false) => new LinkDecision.Stay(view with { HealthySince = null }),
            (_, false) => Trouble(view, facts, timings, now),
            (LinkState.Connected, true) => new LinkDecision.Stay(view),
            // Whatever made it suspect may have cost messages: read what was missed, without leaving the mode.
            (LinkState.Suspect, true) => new LinkDecision.BeginRestore(view with { State = LinkState.Restoring, Since = now }),
            _ => Restore(view, facts, timings, now),
        };
    }

    public static TimeSpan HoldFor(int losses, LinkTimings timings)
    {
        if (losses <= 0)
        {
            return TimeSpan.Zero;
        }

        var doubled = timings.Hold * Math.Pow(2, Math.Min(losses, 30) - 1);
        return doubled < timings.MaxHold ? doubled : timings.MaxHold;
    }

    public static BackplaneMode Mode(bool declared, bool databaseUp) =>
        declared ? BackplaneMode.Redis : databaseUp ? BackplaneMode.Database : BackplaneMode.Local;

    /// <summary>Why Redis is not the mode; null when it is. Fixed texts, so nothing can leak.</summary>
    public static string? Explain(LinkView view, LinkFacts facts) => (view, facts) switch
    {
        ({ Declared: true }, _) => null,
        ({ State: LinkState.Restoring }, _) => "connected again, reading what was missed",
        (_, { Refusal: { } refusal }) => refusal,
        (_, { Linked: false }) => "not connected",
        (_, { Interrupted: true }) => "the connection keeps breaking",
        ({ HealthySince: not null }, _) => "connected again, waiting until it is stable",
        _ => "connected, but messages do not come back",
    };

    private static LinkDecision Trouble(LinkView view, LinkFacts facts, LinkTimings timings, TimeSpan now)
    {
        // The clock of a suspicion runs on through restoring, or a link that blinks faster than LostAfter
        // would stay in use for ever.
        var since = view.TroubleSince ?? now;
        if (facts.Refusal is not null || !view.Declared || now - since >= timings.LostAfter)
        {
            return new LinkDecision.Lose(Lost(view, timings, now));
        }

        return view.State == LinkState.Suspect
            ? new LinkDecision.Stay(view)
            : new LinkDecision.Doubt(view with { State = LinkState.Suspect, Since = now, TroubleSince = since });
    }

    private static LinkView Lost(LinkView view, LinkTimings timings, TimeSpan now)
    {
        var losses = view.DeclaredSince switch
        {
            // A link that was never declared broke again while restoring: the hold that it had earned stays.
            null => Math.Max(view.Losses, 1),
            { } declared when now - declared >= timings.StableAfter => 1,
            _ => view.Losses + 1,
        };
        return new LinkView(LinkState.Lost, now, Losses: losses);
    }

    private static LinkDecision AwaitStability(LinkView view, LinkTimings timings, TimeSpan now)
    {
        var since = view.HealthySince ?? now;
        return now - since >= HoldFor(view.Losses, timings)
            ? new LinkDecision.BeginRestore(view with { State = LinkState.Restoring, Since = now, HealthySince = null })
            : new LinkDecision.Stay(view with { HealthySince = since });
    }

    private static LinkDecision Restore(LinkView view, LinkFacts facts, LinkTimings timings, TimeSpan now) => facts.Restore switch
    {
        RestoreProgress.Running => new LinkDecision.Stay(view),
        RestoreProgress.Completed => Declare(view, now),
        // With the database down there is nothing to read and nobody commits; whoever reads the commits goes on from
        // where it stood, so what is missing now is found by its next sweep.
        RestoreProgress.Failed when !facts.DatabaseUp => Declare(view, now),
        RestoreProgress.Failed when now - view.Since >= timings.RestoreRetry => new LinkDecision.BeginRestore(view with { Since = now }),
        _ => new LinkDecision.Stay(view),
    };

    private static LinkDecision.Declare Declare(LinkView view, TimeSpan now) => new(view with
    {
        State = LinkState.Connected,
        Since = now,
        DeclaredSince = view.DeclaredSince ?? now,
        TroubleSince = null,
    });
}
