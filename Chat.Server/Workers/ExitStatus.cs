using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers;

/// <summary>What the process will return.</summary>
internal sealed class ExitStatus
{
    public int Code { get; set; } = ExitCodes.Done;
}
