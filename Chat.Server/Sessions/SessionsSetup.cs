namespace Chat.Server.Sessions;

internal static class SessionsSetup
{
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<SessionsOptions>().BindConfiguration(SessionsOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<BlockService>();
        AddLoop<BlockWatch>(services);
        AddLoop<SessionBook>(services);
        return services;
    }

    private static void AddLoop<T>(IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(s => s.GetRequiredService<T>());
    }
}
