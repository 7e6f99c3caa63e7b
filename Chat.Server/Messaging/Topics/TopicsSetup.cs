using Chat.Server.Storage.Retention;
using Microsoft.Extensions.Options;

namespace Chat.Server.Messaging.Topics;

internal static class TopicsSetup
{
    public static IServiceCollection AddTopics(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<TopicsOptions>().BindConfiguration(TopicsOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<IValidateOptions<TopicsOptions>, TopicsOptionsValidator>();
        services.AddSingleton<TopicRules>();
        services.AddSingleton<TopicRights>();
        services.AddSingleton<ITopicRetention, TopicRetention>();
        services.AddSingleton<Publishes>();
        services.AddSingleton<Subscriptions>();
        return services;
    }
}
