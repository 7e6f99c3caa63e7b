namespace Chat.Server.Backplane;

/// <summary>
/// Tells whether the database answers, as known to whoever watches it; asked several times a second, so the answer
/// must be at hand. It decides between <see cref="BackplaneMode.Database"/> and <see cref="BackplaneMode.Local"/>.
/// </summary>
internal interface IDatabaseProbe
{
    bool IsAvailable { get; }
}

/// <summary>For a host that has no database or leaves its watching to others.</summary>
internal sealed class DatabaseTakenForGranted : IDatabaseProbe
{
    public bool IsAvailable => true;
}
