namespace Chat.Server.Storage.Retention;

internal static class RetentionSetup
{
    public static IServiceCollection AddRetention(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<RetentionOptions>().BindConfiguration(RetentionOptions.Section)
            .ValidateDataAnnotations()
            .Validate(o => o.MaxAge is null || o.MaxAge > TimeSpan.Zero, "Retention:MaxAge must be longer than nothing; leave it out to keep events for ever.")
            .Validate(o => o.MaxEvents is null or > 0, "Retention:MaxEvents must be at least 1; leave it out to keep all events.");
        services.AddSingleton<LogCutter>();
        services.AddSingleton<RetentionService>();
        services.AddHostedService(s => s.GetRequiredService<RetentionService>());
        return services;
    }
}
