namespace Chat.Server.Delivery.Traces;

/// <summary>
/// Whom operators are looking at. A trace ends by itself, whoever forgets it, and what it gathered is forgotten a while later. While there is none
/// a note costs the reading of one field.
/// </summary>
internal sealed class UserTraces(TimeProvider time)
{
    public const int MostAtOnce = 5;

    /// <summary>Those that ended and can still be read are counted, too.</summary>
    internal const int MostKept = 20;

    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    internal static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, UserTraceRun> _runs = new(StringComparer.Ordinal);
    private volatile UserTraceRun[] _running = [];

    public bool IsTraced(string? user)
    {
        foreach (var run in _running)
        {
            if (run.User == user)
            {
                return true;
            }
        }

        return false;
    }

    public void Note(string? user, TraceNote note)
    {
        foreach (var run in _running)
        {
            if (run.User == user)
            {
                run.Add(note with { Timestamp = time.GetTimestamp() });
            }
        }
    }

    /// <summary>False when too many run. Takes the place of an earlier one of the same user; the same one told twice goes on.</summary>
    public bool Start(string id, string user, string by, TimeSpan length)
    {
        lock (_gate)
        {
            var before = _runs.GetValueOrDefault(user);
            if (before?.Id == id)
            {
                return true;
            }

            if (_running.Count(r => r != before) >= MostAtOnce)
            {
                return false;
            }

            ForgetHoldingLock(before);
            if (_runs.Count >= MostKept)
            {
                ForgetHoldingLock(_runs.Values.Where(r => r.EndedAt is not null).MinBy(r => r.EndedAt));
            }

            var run = new UserTraceRun(id, user, by, time.GetTimestamp(), length < Longest ? length : Longest);
            _runs[user] = run;
            RefreshHoldingLock();
            run.Clock = time.CreateTimer(_ => OnClock(run), null, run.Length, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    /// <summary>False when none runs.</summary>
    public bool Stop(string user)
    {
        lock (_gate)
        {
            if (_runs.GetValueOrDefault(user) is not { EndedAt: null } run)
            {
                return false;
            }

            EndHoldingLock(run);
            return true;
        }
    }

    /// <summary>The one that runs, or has ended and is still kept.</summary>
    public UserTraceRun? Find(string user)
    {
        lock (_gate)
        {
            return _runs.GetValueOrDefault(user);
        }
    }

    private void OnClock(UserTraceRun run)
    {
        lock (_gate)
        {
            if (_runs.GetValueOrDefault(run.User) != run)
            {
                return;
            }

            if (run.EndedAt is null)
            {
                EndHoldingLock(run);
            }
            else
            {
                ForgetHoldingLock(run);
            }
        }
    }

    private void EndHoldingLock(UserTraceRun run)
    {
        run.EndedAt = time.GetTimestamp();
        RefreshHoldingLock();
        run.Clock?.Change(KeptFor, Timeout.InfiniteTimeSpan);
    }

    private void ForgetHoldingLock(UserTraceRun? run)
    {
        if (run is not null)
        {
            run.Clock?.Dispose();
            _runs.Remove(run.User);
            RefreshHoldingLock();
        }
    }

    private void RefreshHoldingLock() => _running = [.. _runs.Values.Where(r => r.EndedAt is null)];
}
