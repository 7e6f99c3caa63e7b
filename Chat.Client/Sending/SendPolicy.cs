using Chat.Client.Connecting;
using Chat.Contracts;

namespace Chat.Client.Sending;

/// <summary>What may end a wait early.</summary>
[Flags]
internal enum WakeOn
{
    None = 0,

    /// <summary>The server says that storage is back.</summary>
    Restored = 1,

    /// <summary>There is a new connection, perhaps to another node.</summary>
    Reconnected = 2,

    /// <summary>The connection has a fresh token.</summary>
    SignedIn = 4,
}

/// <summary>What an answer means for the send.</summary>
internal abstract record SendDecision
{
    private SendDecision()
    {
    }

    /// <summary>Stored, or refused for good.</summary>
    public sealed record Done : SendDecision
    {
        public static Done Instance { get; } = new();
    }

    /// <summary>The same call again after the wait; what is behind it in the conversation waits too.</summary>
    public sealed record Again(TimeSpan In, WakeOn Wake, bool SignIn = false) : SendDecision;
}

/// <summary>Decides purely; <see cref="Outbox"/> acts.</summary>
internal sealed class SendPolicy(BackOff backOff, TimeSpan unauthenticatedDelay)
{
    /// <summary>A hub that throws breaks its contract, perhaps because of this very send; it must not block its conversation for ever.</summary>
    public const int MostFaults = 5;

    public SendDecision Decide(Receipt receipt, int retries, double random)
    {
        if (receipt.Ok || receipt.Error is not { } error)
        {
            return SendDecision.Done.Instance;
        }

        if (Refusals.IsOfToken(error.Code))
        {
            // Once at once with a fresh token. If that is refused too, a further one would go round in circles as fast as the wire allows.
            return retries == 0
                ? new SendDecision.Again(backOff.Next(0, random), WakeOn.SignedIn | WakeOn.Reconnected, SignIn: true)
                : new SendDecision.Again(unauthenticatedDelay * (0.5 + (random / 2)), WakeOn.Reconnected, SignIn: true);
        }

        return error.Retryable ? new SendDecision.Again(Wait(error, retries, random), WakesFrom(error.Code)) : SendDecision.Done.Instance;
    }

    public TimeSpan AfterFault(int faults, double random) => backOff.Next(faults, random);

    // The jitter comes on top of what the server asked for: all that were refused together would otherwise return together.
    private TimeSpan Wait(ChatError error, int retries, double random)
        => BackOff.Seconds(error.RetryAfter) is { } asked ? asked * (1 + (random / 4)) : backOff.Next(retries, random);

    // The rate limit is the user's: another connection does not lift it.
    private static WakeOn WakesFrom(string code) => code switch
    {
        ErrorCodes.RateLimited => WakeOn.None,
        ErrorCodes.Draining => WakeOn.Reconnected,
        _ => WakeOn.Restored | WakeOn.Reconnected,
    };
}
