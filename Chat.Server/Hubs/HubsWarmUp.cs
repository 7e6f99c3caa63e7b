using System.IO.Pipelines;
using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Workers.Ports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Hubs;

/// <summary>Makes the hub with all that it uses, takes a connection that ends before its handshake, and reads and writes what clients and hub say most.</summary>
/// <param name="connect">What a connection passes, the hub at its end.</param>
/// <param name="scopes">A hub has one of its own.</param>
internal sealed class HubsWarmUp(ConnectionDelegate connect, IServiceScopeFactory scopes) : IWarmUp
{
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await using (var scope = scopes.CreateAsyncScope())
        {
            using var hub = ActivatorUtilities.CreateInstance<ChatHub>(scope.ServiceProvider);
        }

        var send = JsonSerializer.Serialize(new SendRequest("1", "c", "text", JsonElement.Parse("{}")), ChatJson.Options);
        JsonSerializer.Deserialize<SendRequest>(send, ChatJson.Options);
        JsonSerializer.Serialize(new Receipt { Ok = true, Id = "1" }, ChatJson.Options);
        JsonSerializer.Deserialize<IReadOnlyList<AckPosition>>("""[{"conversation":"c","seq":1}]""", ChatJson.Options);

        var options = new PipeOptions(useSynchronizationContext: false);
        var toHub = new Pipe(options);
        var fromHub = new Pipe(options);
        await using var connection = new DefaultConnectionContext(
            "warm-up", new Duplex(toHub.Reader, fromHub.Writer), new Duplex(fromHub.Reader, toHub.Writer));
        await toHub.Writer.CompleteAsync();
        await connect(connection);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
