using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Storage;
using Chat.Server.Storage.Writing;
using Microsoft.Extensions.Options;

namespace Chat.Server.Messaging;

/// <summary>Who belongs to a group. A change acts at the place of its event in the log.</summary>
internal sealed class GroupMembership(LogWriter writer, AccessLimits limits, Rules rules, Receipts receipts, IOptions<StorageOptions> storage)
{
    public Task<Result> AddAsync(string user, AddMembersRequest? add, bool byService = false)
    {
        var malformed = add is null
            ? Errors.Invalid("The call needs one object.")
            : rules.Conversation(add.Conversation) ?? rules.Users(add.Users, "users", atLeast: 1, atMost: storage.Value.MaxMembers);
        return Submit(user, malformed, AppendKind.AddMembers, add?.Conversation, () => [.. add!.Users!.Distinct(StringComparer.Ordinal)], byService);
    }

    public Task<Result> RemoveAsync(string user, RemoveMemberRequest? remove, bool byService = false)
    {
        var malformed = remove is null
            ? Errors.Invalid("The call needs one object.")
            : rules.Conversation(remove.Conversation) ?? rules.User(remove.User);
        return Submit(user, malformed, AppendKind.RemoveMembers, remove?.Conversation, () => [remove!.User!], byService);
    }

    public Task<Result> LeaveAsync(string user, LeaveRequest? leave)
    {
        var malformed = leave is null ? Errors.Invalid("The call needs one object.") : rules.Conversation(leave.Conversation);
        return Submit(user, malformed, AppendKind.Leave, leave?.Conversation, () => []);
    }

    private Task<Result> Submit(string user, ChatError? malformed, AppendKind kind, string? conversation, Func<IReadOnlyList<string>> users, bool byService = false)
    {
        if (!limits.TryCall(user, out var wait))
        {
            return Task.FromResult(Result.Failure(Errors.RateLimited(wait)));
        }

        if (malformed is not null)
        {
            return Task.FromResult(Result.Failure(malformed));
        }

        return receipts.ResultOfAsync(writer.Submit(new Append
        {
            Kind = kind,
            Conversation = conversation!,
            Sender = user,
            ByService = byService,
            // The client sends no id: a repeat changes nothing, for who is in already, or out already, is left as he is.
            Id = Guid.CreateVersion7().ToString("n"),
            Type = EventTypes.Member,
            Hash = ContentHash.Of(kind, conversation!, EventTypes.Member, body: []),
            Users = users(),
        }));
    }
}
