using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Storage.Model;

namespace Chat.Server.Management.Answering;

/// <summary>The wire's words for what the database keeps as numbers.</summary>
internal static class StoredWords
{
    public static string Of(ConversationKind kind) => kind switch
    {
        ConversationKind.Direct => ConversationKinds.Direct,
        ConversationKind.Topic => ConversationKinds.Topic,
        _ => ConversationKinds.Group,
    };

    public static string Of(ConversationPolicy policy) => policy == ConversationPolicy.Realtime ? ConversationPolicies.Realtime : ConversationPolicies.Durable;

    public static string Of(DeadLetterState state) => state switch
    {
        DeadLetterState.Replaying => DeadLetterStates.Queued,
        DeadLetterState.Replayed => DeadLetterStates.Delivered,
        DeadLetterState.Discarded => DeadLetterStates.Discarded,
        _ => DeadLetterStates.Dead,
    };

    public static ConversationKind Kind(string word) => word switch
    {
        ConversationKinds.Direct => ConversationKind.Direct,
        ConversationKinds.Topic => ConversationKind.Topic,
        _ => ConversationKind.Group,
    };
}
