using Chat.Server.Workers.Control;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Runtime;

internal sealed class WorkerJournal(ControlClient control) : IWorkerJournal
{
    public void Report(string kind, string text) => control.TrySend(ControlFrame.Of(new Report(kind, text)));
}
