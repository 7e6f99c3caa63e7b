using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Chat.Server.Storage.Conversations;

internal static class ConversationsSetup
{
    public static IServiceCollection AddConversationStore(this IServiceCollection services)
    {
        services.TryAddSingleton<ProcessIdentity>();
        services.AddSingleton<ConversationStore>();
        services.AddSingleton<HistoryStore>();
        services.AddSingleton<ReadMarkStore>();
        services.AddSingleton<AcquaintanceStore>();
        return services;
    }
}
