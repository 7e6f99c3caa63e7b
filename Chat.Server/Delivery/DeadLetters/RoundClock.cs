using System.Runtime.InteropServices;
using Chat.Server.Delivery.Feeds;

namespace Chat.Server.Delivery.DeadLetters;

/// <summary>A delivery that has failed.</summary>
/// <param name="Error">What the client says; null when it said nothing.</param>
internal readonly record struct FailedDelivery(Subscription Subscription, long Seq, string? Error);

/// <summary>
/// The finer clock beside the connection's: watches, conversation by conversation, the event that is waited for. Once a second it looks at
/// what it marked before, so that acknowledging costs next to nothing. Guarded by the pump's lock.
/// </summary>
internal sealed class RoundClock(TimeProvider time)
{
    private readonly Dictionary<Subscription, Mark> _marks = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Subscription, (long Seq, string Error)> _reports = new(ReferenceEqualityComparer.Instance);
    private long _markedAt;
    private long? _passedAt;
    private long? _heardAt;
    private long _quietSince;
    private bool _passed;
    private bool _progressed;

    /// <summary>The client has acknowledged more of this one.</summary>
    public void Acknowledged(Subscription subscription)
    {
        if (_marks.Count == 0)
        {
            return;
        }

        _progressed = true;

        // What owed nothing at the mark, or is acknowledged beyond what was sent by then, was sent after everything that is marked.
        if (!_passed && (!_marks.TryGetValue(subscription, out var mark) || subscription.Acked > mark.Sent))
        {
            _passed = true;
        }
    }

    /// <summary>The client says that it failed at the event that is waited for. Of what it says in one round the first counts.</summary>
    public void Reported(Subscription subscription, string error)
    {
        var seq = subscription.Acked + 1;
        if (!_reports.TryGetValue(subscription, out var earlier) || earlier.Seq != seq)
        {
            _reports[subscription] = (seq, error);
        }
    }

    /// <summary>Looks once; answers what has failed since the last time.</summary>
    /// <param name="heard">Whether anything came from the client since the last time.</param>
    public List<FailedDelivery> Check(IReadOnlyCollection<Subscription> subscriptions, bool heard, TimeSpan round)
    {
        var now = time.GetTimestamp();
        _heardAt = heard ? now : _heardAt;
        _quietSince = _progressed ? now : _quietSince;
        _passedAt ??= _passed ? now : null;
        _progressed = false;

        var standing = Standing();
        if (standing.Count == 0)
        {
            Begin(subscriptions, now);
            return [];
        }

        var oldest = standing.MinBy(s => s.OwesFrom);
        var failed = new List<FailedDelivery>();
        foreach (var subscription in standing)
        {
            var seq = subscription.Acked + 1;
            var error = _reports.TryGetValue(subscription, out var report) && report.Seq == seq ? report.Error : null;
            var facts = new RoundFacts(
                time.GetElapsedTime(_markedAt, now),
                _passedAt is { } passed ? time.GetElapsedTime(passed, now) : null,
                time.GetElapsedTime(_quietSince, now),
                _heardAt is { } at ? time.GetElapsedTime(at, now) : null,
                subscription == oldest,
                error is not null);
            if (RoundPolicy.HasFailed(facts, round))
            {
                failed.Add(new(subscription, seq, error));
                _reports.Remove(subscription);
            }
        }

        if (failed.Count > 0)
        {
            // They are sent again: whatever is known of the last delivery says nothing about the next.
            Begin(subscriptions, now);
        }

        return failed;
    }

    /// <summary>Nothing is owed.</summary>
    public void Rest()
    {
        _marks.Clear();
        _reports.Clear();
    }

    /// <summary>The connection is over: what the client had reported counts, the rest says nothing.</summary>
    public List<FailedDelivery> End()
    {
        var reported = _reports.Where(r => r.Key.Acked + 1 == r.Value.Seq).Select(r => new FailedDelivery(r.Key, r.Value.Seq, r.Value.Error)).ToList();
        Rest();
        return reported;
    }

    private List<Subscription> Standing()
    {
        var standing = new List<Subscription>();
        foreach (var (subscription, mark) in _marks)
        {
            if (subscription.Acked + 1 == mark.Seq && !subscription.Gone)
            {
                standing.Add(subscription);
            }
        }

        return standing;
    }

    private void Begin(IReadOnlyCollection<Subscription> subscriptions, long now)
    {
        _marks.Clear();
        _passed = false;
        _passedAt = null;
        _markedAt = _quietSince = now;
        foreach (var subscription in subscriptions)
        {
            if (subscription.Acked < subscription.Position)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_marks, subscription, out _) = new Mark(subscription.Acked + 1, subscription.Position);
            }
        }
    }

    /// <param name="Seq">The event that is waited for.</param>
    /// <param name="Sent">What was sent by then.</param>
    private readonly record struct Mark(long Seq, long Sent);
}
