using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Storage;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Answering;

/// <summary>A worker's answer to one question of the management API, given up when nobody waits for it any more.</summary>
internal sealed class WorkerAnswerer<TQuestion, TAnswer>(string name, Func<TQuestion, CancellationToken, Task<Reply<TAnswer>>> answer, TimeProvider time) : IWorkerAnswerer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.4);

    public string Name => name;

    public async Task<JsonElement> AnswerAsync(JsonElement body, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var reply = await answer(body.Deserialize<TQuestion>(ChatJson.Options)!, both.Token);
            return Seal(reply.Refusal is { } refusal
                ? new(null, refusal.Code, refusal.Message)
                : new(JsonSerializer.SerializeToElement(reply.Value, ChatJson.Options), null, null));
        }
        catch (StorageUnavailableException)
        {
            return Seal(new(null, ManagementCodes.StorageUnavailable, null));
        }
        catch (Exception) when (limit.IsCancellationRequested)
        {
            // Only the database makes an answer late; a driver may tell of the end in its own words.
            return Seal(new(null, ManagementCodes.StorageUnavailable, null));
        }
    }

    private static JsonElement Seal(WorkerReply reply) => JsonSerializer.SerializeToElement(reply, ChatJson.Options);
}
