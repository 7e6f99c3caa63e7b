namespace Chat.Server.Storage;

/// <summary>Names this process among those that share a database; new at every start.</summary>
internal sealed class ProcessIdentity
{
    public string Id { get; } = Guid.CreateVersion7().ToString("n");
}
