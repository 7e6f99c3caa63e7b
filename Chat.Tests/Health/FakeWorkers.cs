using Chat.Server.Health;

namespace Chat.Tests.Health;

internal sealed class FakeWorkers : IWorkerFacts
{
    public WorkerFacts Current { get; set; } = WorkerFacts.Alone;
}
