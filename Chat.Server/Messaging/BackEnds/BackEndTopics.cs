using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Access.ApiKeys;
using Chat.Server.Messaging.Topics;

namespace Chat.Server.Messaging.BackEnds;

/// <summary>Publishing without a connection: as a service, by the roles and topics of its key, or as the user of a token.</summary>
internal sealed class BackEndTopics(Publishes publishes, Rules rules)
{
    private const int MaxBroadcastId = 48;

    public Task<Receipt> PublishAsync(ClaimsPrincipal caller, string user, PublishRequest request) =>
        Errors.MissingRole(caller, ApiRoles.Publish) is { } refused
            ? Receipts.RefusedAsync(request.Id, refused)
            : publishes.PublishAsync(caller, user, request);

    public async Task<BroadcastResult> BroadcastAsync(ClaimsPrincipal caller, string user, BroadcastRequest request)
    {
        var error = Errors.MissingRole(caller, ApiRoles.Publish)
            ?? rules.Topics(request.Topics)
            ?? (Names.IsText(request.Id, MaxBroadcastId) ? null : Errors.Invalid($"id: 1 to {MaxBroadcastId} printable characters."));
        if (error is not null)
        {
            return new BroadcastResult { Error = error };
        }

        var receipts = await publishes.PublishAllAsync(
            caller,
            user,
            [.. request.Topics!.Select(topic => new PublishRequest(IdIn(topic, request.Id!), topic, request.Type, request.Body, request.ExpiresIn))]);
        // One that may pass says that it is worth calling again; what is stored already stays one event.
        var failures = receipts.Where(r => !r.Ok).Select(r => r.Error!).ToList();
        return new BroadcastResult { Ok = failures.Count == 0, Error = failures.Find(e => e.Retryable) ?? failures.FirstOrDefault(), Receipts = receipts };
    }

    /// <summary>An id stands for one event, so each topic needs its own; by the name and not by the place, so that the order of the topics does not matter.</summary>
    internal static string IdIn(string topic, string id) =>
        $"{id}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(topic)).AsSpan(0, 7))}";
}
