using Chat.Server.Alerts.Rules;
using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts;

/// <summary>Measures a rule and moves its alerts; called under the engine's lock.</summary>
internal sealed partial class RuleJudge(TimeProvider time, ReadingTraces traces, ILogger logger)
{
    /// <summary>True when an alert changed its phase.</summary>
    public bool Judge(RuleStatus status, RuleSettings settings, TimeSpan every, AlertState state, MetricsView view)
    {
        if (!settings.Enabled)
        {
            status.Failures = 0;
            return EndAll(status.Rule, state);
        }

        if (Measure(status.Rule, settings, view) is not RuleOutcome.Measured measured)
        {
            // The last known state is kept: not knowing is neither good nor bad news.
            status.Failures++;
            foreach (var alert in Of(status.Rule, state))
            {
                alert.Unknown = status.IsUnknown;
            }

            return false;
        }

        // What was not looked at cannot be said to have held: a supervisor that was stopped for an hour has seen two moments of it.
        var elapsed = status.JudgedAt is { } at ? time.GetElapsedTime(at) : TimeSpan.Zero;
        elapsed = elapsed > every * 3 ? every * 3 : elapsed;
        status.JudgedAt = time.GetTimestamp();
        status.LastJudged = time.GetUtcNow();
        status.Failures = 0;
        status.Value = Worst(measured.Readings, settings);
        foreach (var reading in measured.Readings)
        {
            traces.Note(Alert.FingerprintOf(status.Rule.Name, reading.Labels), reading.Value, settings.Breach, every);
        }

        return Move(status.Rule, settings, state, measured.Readings, elapsed);
    }

    private bool Move(IAlertRule rule, RuleSettings settings, AlertState state, IReadOnlyList<RuleReading> readings, TimeSpan elapsed)
    {
        var changed = false;
        var open = Of(rule, state).ToDictionary(a => a.Fingerprint, StringComparer.Ordinal);
        foreach (var reading in readings)
        {
            var fingerprint = Alert.FingerprintOf(rule.Name, reading.Labels);
            open.Remove(fingerprint, out var alert);
            changed |= Move(rule, settings, state, alert, reading, fingerprint, elapsed);
        }

        foreach (var alert in open.Values)
        {
            changed |= Advance(alert, alert.Phase, settings, state, breached: false, elapsed);
        }

        return changed;
    }

    private bool Move(IAlertRule rule, RuleSettings settings, AlertState state, Alert? alert, RuleReading reading, string fingerprint, TimeSpan elapsed)
    {
        var phase = alert?.Phase;
        var breached = settings.IsBreached(reading.Value, firing: phase == AlertPhase.Firing);
        if (alert is null)
        {
            if (!breached)
            {
                return false;
            }

            alert = new Alert
            {
                Fingerprint = fingerprint,
                Rule = rule.Name,
                Severity = rule.Severity,
                Labels = new SortedDictionary<string, string>(reading.Labels.Pairs.ToDictionary(), StringComparer.Ordinal),
                StartsAt = time.GetUtcNow(),
            };
            state.Open.Add(alert);
            alert.Note(alert.StartsAt, "pending");
            elapsed = TimeSpan.Zero;
        }

        alert.Unknown = false;
        alert.Threshold = settings.Threshold;
        if (breached)
        {
            alert.Value = reading.Value;
        }

        return Advance(alert, phase, settings, state, breached, elapsed);
    }

    /// <param name="phase">Null when the alert is new.</param>
    private bool Advance(Alert alert, AlertPhase? phase, RuleSettings settings, AlertState state, bool breached, TimeSpan elapsed)
    {
        alert.HeldFor = breached ? alert.HeldFor + elapsed : alert.HeldFor;
        alert.GoneFor = breached ? TimeSpan.Zero : alert.GoneFor + elapsed;
        switch (AlertMachine.Next(phase, breached, alert.HeldFor, alert.GoneFor, settings))
        {
            case AlertStep.Fire:
                alert.Phase = AlertPhase.Firing;
                alert.FiredAt = time.GetUtcNow();
                alert.Note(alert.FiredAt.Value, "firing");
                Log.AlertFired(logger, alert.Rule, alert.Severity, NotificationWriter.Describe(alert));
                return true;
            case AlertStep.Drop:
                state.Open.Remove(alert);
                return true;
            case AlertStep.Resolve:
                End(alert, state);
                return true;
            case AlertStep.BecomePending:
                return true;
            default:
                return false;
        }
    }

    private bool EndAll(IAlertRule rule, AlertState state)
    {
        var all = Of(rule, state).ToArray();
        foreach (var alert in all)
        {
            if (alert.Phase == AlertPhase.Firing)
            {
                End(alert, state);
            }
            else
            {
                state.Open.Remove(alert);
            }
        }

        return all.Length > 0;
    }

    private void End(Alert alert, AlertState state)
    {
        alert.Phase = AlertPhase.Resolved;
        alert.ResolvedAt = time.GetUtcNow();
        alert.Unknown = false;
        alert.Note(alert.ResolvedAt.Value, "resolved");
        state.Open.Remove(alert);
        state.Ended.Add(alert);
        Log.AlertResolved(logger, alert.Rule, alert.Severity, NotificationWriter.Describe(alert));
    }

    private RuleOutcome Measure(IAlertRule rule, RuleSettings settings, MetricsView view)
    {
        try
        {
            return rule.Measure(view, settings);
        }
        catch (Exception e)
        {
            // One broken rule must not stop the others; that it cannot be judged is an alert of its own.
            Log.AlertRuleFailed(logger, rule.Name, e);
            return RuleOutcome.NoData.Instance;
        }
    }

    private static IEnumerable<Alert> Of(IAlertRule rule, AlertState state) => state.Open.Where(a => a.Rule == rule.Name);

    private static double? Worst(IReadOnlyList<RuleReading> readings, RuleSettings settings) => readings.Count == 0
        ? null
        : settings.Breach == Breach.Above ? readings.Max(r => r.Value) : readings.Min(r => r.Value);

    private static partial class Log
    {
        [LoggerMessage(3201, LogLevel.Warning, "Alert {Rule} ({Severity}) fires: {Description}", EventName = nameof(AlertFired))]
        public static partial void AlertFired(ILogger logger, string rule, AlertSeverity severity, string description);

        [LoggerMessage(3202, LogLevel.Information, "Alert {Rule} ({Severity}) has ended: {Description}", EventName = nameof(AlertResolved))]
        public static partial void AlertResolved(ILogger logger, string rule, AlertSeverity severity, string description);

        [LoggerMessage(3203, LogLevel.Error, "The rule {Rule} failed", EventName = nameof(AlertRuleFailed))]
        public static partial void AlertRuleFailed(ILogger logger, string rule, Exception exception);
    }
}
