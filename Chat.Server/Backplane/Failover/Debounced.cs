namespace Chat.Server.Backplane.Failover;

/// <summary>A value that changes only when another has been seen for a while.</summary>
internal readonly record struct Debounced(bool Value, TimeSpan? DifferentSince = null)
{
    public Debounced See(bool seen, TimeSpan hold, TimeSpan now)
    {
        if (seen == Value)
        {
            return new Debounced(Value);
        }

        var since = DifferentSince ?? now;
        return now - since >= hold ? new Debounced(seen) : new Debounced(Value, since);
    }
}
