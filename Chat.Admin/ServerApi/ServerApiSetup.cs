using Microsoft.Extensions.Options;

namespace Chat.Admin.ServerApi;

internal static class ServerApiSetup
{
    public static void AddServerApi(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<NodesOptions>().Configure<IConfiguration>(NodesOptions.Read);
        services.AddSingleton<IValidateOptions<NodesOptions>, NodesOptions.Validator>();
        services.AddSingleton<NodeBook>();
        services.AddSingleton<IServerApi, HttpServerApi>();
        services.AddHostedService<NodeFinder>();
        services.AddSingleton<SharedReads>();
        services.AddSingleton<Fleet>();
        services.AddSingleton<Charts>();
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<IAuditTrail>(provider => provider.GetRequiredService<AuditTrail>());
        services.AddHostedService(provider => provider.GetRequiredService<AuditTrail>());
        services.AddScoped<Actions>();
        services.AddScoped<WorkerActions>();
        services.AddScoped<FaultActions>();
        services.AddScoped<SettingActions>();
        services.AddScoped<UserActions>();
        services.AddScoped<ConversationActions>();
        services.AddScoped<MessageActions>();
        services.AddScoped<AlertActions>();
    }
}
