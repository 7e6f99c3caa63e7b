using Chat.Server.Messaging.BackEnds;
using Chat.Server.Messaging.Topics;
using Chat.Server.Storage.Conversations;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Chat.Server.Messaging;

internal static class MessagingSetup
{
    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<MessagingOptions>().BindConfiguration(MessagingOptions.Section)
            .ValidateDataAnnotations()
            .Validate(o => o.HistoryDefault <= o.HistoryMax, "Messaging:HistoryDefault must not exceed Messaging:HistoryMax.");
        services.AddConversationStore();
        services.AddSingleton<Rules>();
        services.AddSingleton<Receipts>();
        services.AddSingleton<Calls>();
        services.AddSingleton<Sends>();
        services.AddSingleton<Edits>();
        services.AddSingleton<GroupMembership>();
        services.AddSingleton<Conversations>();
        services.AddSingleton<HistoryReads>();
        services.AddSingleton<ReadMarks>();
        services.AddSingleton<Acquaintances>();
        services.AddTopics();
        services.AddSingleton<BackEndTopics>();
        services.AddSingleton<BackEndConversations>();
        return services;
    }
}
