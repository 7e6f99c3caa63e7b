using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Nodes;

namespace Chat.Server.Management.Answering;

/// <summary>Announces this node in the database and reads who else is there.</summary>
internal sealed class NodeAnswers(NodeStore nodes, TimeProvider time)
{
    public async Task<Reply<KnownNodes>> ListAsync(KnownNodesQuestion question, CancellationToken timeUp)
    {
        if (question.Self is { } self)
        {
            var row = new NodeRow
            {
                // Its address is what tells it from others, over restarts and moves to another host.
                Id = self.Url,
                Name = self.Name,
                ManagementUrl = self.Url,
                Version = self.Version,
                StartedAt = self.StartedAt.ToUnixTimeMilliseconds(),
                SeenAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            };
            await nodes.AnnounceAsync(row, timeUp);
        }

        return new KnownNodes((await nodes.ListAsync(timeUp)).ConvertAll(View));
    }

    private static NodeView View(NodeRow row) => new()
    {
        Name = row.Name,
        Url = row.ManagementUrl,
        Version = row.Version,
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt),
        SeenAt = DateTimeOffset.FromUnixTimeMilliseconds(row.SeenAt),
    };
}
