using System.Security.Claims;
using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Access.ApiKeys;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Model;

namespace Chat.Server.Messaging.BackEnds;

/// <summary>Conversations without a connection: a service acts with the roles of its key and is nobody's member, a user as on the hub.</summary>
internal sealed class BackEndConversations(
    Sends sends, GroupMembership membership, HistoryReads history, Acquaintances acquaintances, ConversationStore store, Calls calls, Rules rules)
{
    public Task<Receipt> SendAsync(ClaimsPrincipal caller, string user, SendRequest request) =>
        Errors.MissingRole(caller, ApiRoles.Send) is { } refused ? Receipts.RefusedAsync(request.Id, refused)
        : Callers.IsService(caller) ? sends.SendAsServiceAsync(user, request)
        : sends.SendAsync(user, request);

    public Task<HistoryResult> HistoryAsync(ClaimsPrincipal caller, string user, HistoryRequest request, CancellationToken cancellation) =>
        Errors.MissingRole(caller, ApiRoles.History) is { } refused ? Task.FromResult(new HistoryResult { Error = refused })
        : Callers.IsService(caller) ? history.ReadAsServiceAsync(caller, user, request, cancellation)
        : history.ReadAsync(caller, user, request, cancellation);

    public Task<MembersResult> MembersAsync(ClaimsPrincipal caller, string user, MembersRequest request, CancellationToken cancellation) => calls.RunAsync(
        user,
        Errors.MissingRole(caller, ApiRoles.Members) ?? rules.Conversation(request.Conversation),
        async ct => (Callers.IsService(caller)
            ? await store.MembersAsync(request.Conversation!, ct)
            : (await store.FindAsync(user, request.Conversation!, ct))?.Members) is { Count: > 0 } members
            ? new MembersResult { Ok = true, Members = [.. members.Select(m => new Member(m.User, m.Role == MemberRole.Owner ? MemberRoles.Owner : MemberRoles.Member))] }
            : new MembersResult { Error = Errors.NotFound },
        cancellation);

    public Task<Result> AddMembersAsync(ClaimsPrincipal caller, string user, AddMembersRequest request) =>
        Errors.MissingRole(caller, ApiRoles.Members) is { } refused
            ? Task.FromResult(Result.Failure(refused))
            : membership.AddAsync(user, request, Callers.IsService(caller));

    public Task<Result> RemoveMemberAsync(ClaimsPrincipal caller, string user, RemoveMemberRequest request) =>
        Errors.MissingRole(caller, ApiRoles.Members) is { } refused
            ? Task.FromResult(Result.Failure(refused))
            : membership.RemoveAsync(user, request, Callers.IsService(caller));

    public Task<PresenceResult> PresenceAsync(
        ClaimsPrincipal caller, string user, PresenceRequest request, Func<string, string> stateOf, Func<bool> partial, CancellationToken cancellation) =>
        Errors.MissingRole(caller, ApiRoles.Presence) is { } refused ? Task.FromResult(new PresenceResult { Error = refused })
        : Callers.IsService(caller) ? acquaintances.PresenceOfAnybodyAsync(user, request, stateOf, partial, cancellation)
        : acquaintances.PresenceAsync(user, request, stateOf, "offline", partial, cancellation);
}
