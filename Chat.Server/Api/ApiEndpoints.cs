using Chat.Contracts;
using Chat.Server.Access.ApiKeys;
using Chat.Server.Messaging.BackEnds;
using Chat.Server.Presence;
using Microsoft.AspNetCore.Mvc;

namespace Chat.Server.Api;

/// <summary>
/// The HTTP API on the public port: what back-end services do without a connection. It passes on to the same calls as the hub; docs/http-api.md
/// tells it from the caller's side.
/// </summary>
internal static class ApiEndpoints
{
    public static void MapApi(this WebApplication app)
    {
        app.UseStrayCalls("/api");

        // This document and no other: in a single process the management API's is known here, too, and is not for the public port.
        app.MapOpenApi("/openapi/{documentName:regex(^api$)}.json");
        var api = app.MapGroup("/api").AddEndpointFilter<ApiDoor>().WithMetadata(new RequestSizeLimitAttribute(ApiCall.MaxBytes))
            .RequireAuthorization(policy => policy.AddAuthenticationSchemes(ApiKeysSetup.Scheme).RequireAuthenticatedUser());

        api.MapPost("/publish", (HttpContext http, BackEndTopics topics) =>
            ApiCall.RunAsync<PublishRequest, Receipt>(http, topics.PublishAsync))
            .Tells<PublishRequest, Receipt>("Publish", "Publishes an event to a topic. The same id is stored once.");
        api.MapPost("/broadcast", (HttpContext http, BackEndTopics topics) =>
            ApiCall.RunAsync<BroadcastRequest, BroadcastResult>(http, topics.BroadcastAsync))
            .Tells<BroadcastRequest, BroadcastResult>("Broadcast", "Publishes an event to several topics.");
        api.MapPost("/send", (HttpContext http, BackEndConversations conversations) =>
            ApiCall.RunAsync<SendRequest, Receipt>(http, conversations.SendAsync))
            .Tells<SendRequest, Receipt>("Send", "Sends a message to a conversation; a service with the role send need not be a member.");
        api.MapPost("/history", (HttpContext http, BackEndConversations conversations) =>
            ApiCall.RunAsync<HistoryRequest, HistoryResult>(http, (caller, user, request) => conversations.HistoryAsync(caller, user, request, http.RequestAborted)))
            .Tells<HistoryRequest, HistoryResult>("History", "Reads the log of a conversation or, as topic:NAME, of a topic, ascending.");
        api.MapPost("/members/list", (HttpContext http, BackEndConversations conversations) =>
            ApiCall.RunAsync<MembersRequest, MembersResult>(http, (caller, user, request) => conversations.MembersAsync(caller, user, request, http.RequestAborted)))
            .Tells<MembersRequest, MembersResult>("ListMembers", "Lists the members of a conversation.");
        api.MapPost("/members/add", (HttpContext http, BackEndConversations conversations) =>
            ApiCall.RunAsync<AddMembersRequest, Result>(http, conversations.AddMembersAsync))
            .Tells<AddMembersRequest, Result>("AddMembers", "Adds members to a group.");
        api.MapPost("/members/remove", (HttpContext http, BackEndConversations conversations) =>
            ApiCall.RunAsync<RemoveMemberRequest, Result>(http, conversations.RemoveMemberAsync))
            .Tells<RemoveMemberRequest, Result>("RemoveMember", "Removes a member from a group.");
        api.MapPost("/presence", (HttpContext http, BackEndConversations conversations, PresenceService presence, PresenceScope scope) =>
            ApiCall.RunAsync<PresenceRequest, PresenceResult>(http, (caller, user, request) =>
                conversations.PresenceAsync(caller, user, request, other => NameOf(presence.StateOf(other)), () => scope.IsPartial, http.RequestAborted)))
            .Tells<PresenceRequest, PresenceResult>("Presence", "Tells who is online, away or offline.");
    }

    private static string NameOf(PresenceState state) => state.ToString().ToLowerInvariant();

    private static void Tells<TRequest, TResult>(this RouteHandlerBuilder endpoint, string name, string summary)
        where TRequest : notnull
        where TResult : Result
    {
        endpoint.WithName(name).WithSummary(summary).WithMetadata(new ApiRequestType(typeof(TRequest))).Produces<TResult>();
        foreach (var status in (int[])[400, 401, 403, 404, 409, 413, 429, 500, 503])
        {
            endpoint.Produces<Result>(status);
        }
    }
}
