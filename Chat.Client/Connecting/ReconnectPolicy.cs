using Chat.Contracts;

namespace Chat.Client.Connecting;

/// <summary>What to do after a connection ended.</summary>
internal abstract record ReconnectDecision
{
    private ReconnectDecision()
    {
    }

    /// <summary>Try again after the wait.</summary>
    public sealed record Retry(TimeSpan In, string? Code = null, Exception? Exception = null) : ReconnectDecision;

    /// <summary>Never again.</summary>
    public sealed record GiveUp(string? Code) : ReconnectDecision;
}

/// <summary>How often in a row it failed before, and how often of those the token was refused.</summary>
internal readonly record struct FailureCount(int Failures, int Refusals);

/// <summary>Decides purely; <see cref="ConnectionLoop"/> acts.</summary>
internal sealed class ReconnectPolicy(BackOff backOff, TimeSpan unauthenticatedDelay)
{
    public ReconnectDecision Decide(SessionEnd end, FailureCount before, double random) => end switch
    {
        SessionEnd.Stopped => new ReconnectDecision.GiveUp(null),
        SessionEnd.SaidBye { Retry: false } bye => new ReconnectDecision.GiveUp(bye.Code),
        SessionEnd.SaidBye bye => new ReconnectDecision.Retry(Wait(end, bye.RetryAfter, before, random), bye.Code),
        SessionEnd.NotConnected { Unauthenticated: true } refused
            => new ReconnectDecision.Retry(Wait(end, refused.RetryAfter, before, random), ErrorCodes.Unauthenticated, refused.Exception),
        SessionEnd.NotConnected failed => new ReconnectDecision.Retry(Wait(end, failed.RetryAfter, before, random), null, failed.Exception),
        SessionEnd.Lost lost => new ReconnectDecision.Retry(Wait(end, null, before, random), null, lost.Exception),

        // The server spread the slots already; more jitter would only undo that.
        SessionEnd.SlotReached => new ReconnectDecision.Retry(TimeSpan.Zero, ErrorCodes.Draining),
        _ => new ReconnectDecision.Retry(Wait(end, null, before, random)),
    };

    public static FailureCount CountIn(SessionEnd end, FailureCount before, bool wasStable)
    {
        if (end is SessionEnd.SlotReached)
        {
            return default;
        }

        var failures = wasStable ? 0 : before.Failures;
        return new FailureCount(failures + 1, IsRefusal(end) ? before.Refusals + 1 : 0);
    }

    private TimeSpan Wait(SessionEnd end, TimeSpan? asked, FailureCount before, double random)
    {
        // A first refusal may be a token that expired a moment ago: a fresh one is tried at the usual pace, and only then slowly.
        if (IsRefusal(end) && before.Refusals > 0)
        {
            var slow = unauthenticatedDelay * (0.5 + (random / 2));
            return asked > slow ? asked.Value : slow;
        }

        return (asked ?? TimeSpan.Zero) + backOff.Next(before.Failures, random);
    }

    private static bool IsRefusal(SessionEnd end)
        => end is SessionEnd.NotConnected { Unauthenticated: true }
            || (end is SessionEnd.SaidBye bye && Refusals.IsOfToken(bye.Code));
}
