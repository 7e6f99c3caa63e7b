using System.Security.Cryptography;
using Chat.Contracts;
using Chat.Server.Storage;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Model;
using Microsoft.Extensions.Options;

namespace Chat.Server.Messaging;

/// <summary>Creates and lists conversations.</summary>
internal sealed class Conversations(
    ConversationStore store, RealtimeBook realtime, Calls calls, Rules rules, IOptions<StorageOptions> storage, IOptions<MessagingOptions> options)
{
    private const string IdAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <param name="created">Told the conversation and its members when this call made it; the journal of commits tells everybody else.</param>
    public Task<ConversationResult> CreateAsync(
        string user, CreateConversationRequest? create, Action<string, IReadOnlyList<string>> created)
    {
        IReadOnlyList<string> others = [];
        var error = rules.Create(create);
        if (error is null)
        {
            others = [.. create!.Members?.Distinct(StringComparer.Ordinal).Where(m => m != user) ?? []];
            error = create.Kind == ConversationKinds.Direct && others.Count != 1
                ? Errors.Invalid("members: a direct conversation has exactly one other member.")
                : others.Count >= storage.Value.MaxMembers ? Errors.LimitReached : null;
        }

        // Not given up when the caller goes: what is committed must also be told.
        return calls.RunAsync(user, error, ct => CreateCoreAsync(user, create!, others, created, ct), CancellationToken.None);
    }

    public Task<ConversationsResult> ListAsync(string user, CancellationToken cancellation) => calls.RunAsync(
        user,
        malformed: null,
        async ct =>
        {
            var views = await store.ListAsync(user, options.Value.ConversationsMax, ct);
            return new ConversationsResult { Ok = true, Conversations = [.. views.Select(ToContract)] };
        },
        cancellation);

    internal static string NewId() => "c_" + RandomNumberGenerator.GetString(IdAlphabet, 26);

    /// <summary>The same for the same two, whoever asks. Names hold no control characters, so the parts cannot run together.</summary>
    internal static string DirectKey(string one, string other) =>
        string.CompareOrdinal(one, other) < 0 ? $"direct\n{one}\n{other}" : $"direct\n{other}\n{one}";

    internal static string RequestKey(string creator, string id) => $"request\n{creator}\n{id}";

    private async Task<ConversationResult> CreateCoreAsync(
        string user,
        CreateConversationRequest create,
        IReadOnlyList<string> others,
        Action<string, IReadOnlyList<string>> created,
        CancellationToken cancellation)
    {
        var key = create.Kind == ConversationKinds.Direct
            ? DirectKey(user, others[0])
            : create.Id is { } request ? RequestKey(user, request) : null;
        var known = key is null ? null : await store.FindByKeyAsync(key, cancellation);
        var id = known ?? await InsertAsync(user, create, key, others, created, cancellation);
        return await store.FindAsync(user, id, cancellation) is { } view
            ? new ConversationResult { Ok = true, Conversation = ToContract(view) }
            // Who created it by this id has left it since.
            : new ConversationResult { Error = Errors.NotFound };
    }

    private async Task<string> InsertAsync(
        string user,
        CreateConversationRequest create,
        string? key,
        IReadOnlyList<string> others,
        Action<string, IReadOnlyList<string>> created,
        CancellationToken cancellation)
    {
        var direct = create.Kind == ConversationKinds.Direct;
        var conversation = new NewConversation(
            NewId(),
            direct ? ConversationKind.Direct : ConversationKind.Group,
            direct || string.IsNullOrEmpty(create.Title) ? null : create.Title,
            create.Policy == ConversationPolicies.Realtime ? ConversationPolicy.Realtime : ConversationPolicy.Durable,
            key,
            [new(user, direct ? MemberRole.Member : MemberRole.Owner), .. others.Select(o => new ConversationMember(o, MemberRole.Member))]);
        var id = await store.CreateAsync(conversation, cancellation);
        if (id == conversation.Id)
        {
            realtime.Note(id, conversation.Policy);
            created(id, [user, .. others]);
        }

        return id;
    }

    private static Conversation ToContract(ConversationView view) => new()
    {
        Id = view.Id,
        Kind = view.Kind switch
        {
            ConversationKind.Direct => ConversationKinds.Direct,
            ConversationKind.Group => ConversationKinds.Group,
            _ => ConversationKinds.Topic,
        },
        Title = view.Title,
        Epoch = view.Epoch,
        Head = view.Head,
        First = view.First,
        ReadSeq = view.ReadSeq,
        Unread = view.Unread,
        Policy = view.Policy == ConversationPolicy.Realtime ? ConversationPolicies.Realtime : ConversationPolicies.Durable,
        Locked = view.Locked,
        Members = [.. view.Members.Select(m => new Member(m.User, m.Role == MemberRole.Owner ? MemberRoles.Owner : MemberRoles.Member))],
    };
}
