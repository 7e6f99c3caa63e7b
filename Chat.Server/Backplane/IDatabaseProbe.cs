namespace Chat.Server.Backplane;

/// <summary>
/// Tells whether the database answers, as known to whoever watches it; asked several times a second, so the answer
/// must be at hand. It decides between <see cref="BackplaneMode.Database"/> and <see cref="BackplaneMode.Local"/>.
/// </summary>
internal interface IDatabaseProbe
{
    bool IsAvailable { get; }
}

internal sealed class DatabaseAsTold(Func<bool> isAvailable) : IDatabaseProbe
{
    public bool IsAvailable => isAvailable();
}
