namespace Chat.Server.Storage;

/// <summary>Names this process among those that share a database; new at every start.</summary>
internal sealed class ProcessIdentity
{
    /// <summary>Origin of what every process is to read.</summary>
    public const string Nobody = "-";

    public string Id { get; } = Guid.CreateVersion7().ToString("n");
}
