using Chat.Contracts.Management;
using Chat.Server.Health;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;

namespace Chat.Server.Management.Answering;

/// <summary>Who asked this process for its health.</summary>
internal sealed class HealthCallerAnswers(HealthCallers callers)
{
    public Task<Reply<List<HealthCallerView>>> ListAsync(HealthCallersQuestion question, CancellationToken timeUp) => Task.FromResult<Reply<List<HealthCallerView>>>(Of(callers));

    public static List<HealthCallerView> Of(HealthCallers callers) =>
        [.. callers.Lately().Select(c => new HealthCallerView { Path = c.Path, Kind = c.Kind, Address = c.Address, FirstAt = c.FirstAt, LastAt = c.LastAt, Count = c.Count, LastCode = c.LastCode })];
}
