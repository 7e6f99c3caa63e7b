using Chat.Server.Alerts.Rules;

namespace Chat.Server.Alerts;

internal enum AlertStep
{
    /// <summary>Nothing is wrong and nothing was.</summary>
    None,
    BecomePending,
    StayPending,
    Fire,

    /// <summary>It went away before it counted.</summary>
    Drop,
    StayFiring,

    /// <summary>Gone, but not for long enough to say so.</summary>
    Linger,
    Resolve,
}

/// <summary>The states of an alert as Prometheus has them. Time comes in as durations, so a wall clock that jumps moves nothing.</summary>
internal static class AlertMachine
{
    /// <param name="phase">Null when no alert is open.</param>
    /// <param name="heldFor">With the time since the last evaluation, if the condition holds.</param>
    /// <param name="goneFor">With the time since the last evaluation, if the condition does not hold.</param>
    public static AlertStep Next(AlertPhase? phase, bool breached, TimeSpan heldFor, TimeSpan goneFor, RuleSettings settings) => (phase, breached) switch
    {
        (null, false) => AlertStep.None,
        (null, true) => settings.For <= TimeSpan.Zero ? AlertStep.Fire : AlertStep.BecomePending,
        (AlertPhase.Pending, false) => AlertStep.Drop,
        (AlertPhase.Pending, true) => heldFor >= settings.For ? AlertStep.Fire : AlertStep.StayPending,
        (AlertPhase.Firing, true) => AlertStep.StayFiring,
        (AlertPhase.Firing, false) => goneFor >= settings.KeepFiringFor ? AlertStep.Resolve : AlertStep.Linger,
        _ => AlertStep.None,
    };
}
