namespace Chat.Server.Backplane;

/// <summary>Who this process is on the bus; new with every start, so that a successor is never taken for the dead.</summary>
internal sealed class BackplaneNode
{
    public Guid Id { get; } = Guid.NewGuid();

    public string Name => Id.ToString("N");
}
