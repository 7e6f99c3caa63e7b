using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Ports;

internal static partial class LiveSectionSetup
{
    /// <summary>Binds a section that may be changed while the server runs. Adding it again changes nothing: in one process both who lives by it and who judges changes of it do.</summary>
    public static IServiceCollection AddLiveSection<TOptions>(this IServiceCollection services, string section)
        where TOptions : class, new()
    {
        if (services.Any(s => s.ServiceType == typeof(LiveSection<TOptions>)))
        {
            return services;
        }

        services.AddOptionsWithValidateOnStart<TOptions>().BindConfiguration(section).ValidateDataAnnotations();
        services.AddSingleton(provider => new LiveSection<TOptions>(
            section,
            provider.GetRequiredService<IConfiguration>(),
            provider.GetRequiredService<IOptions<TOptions>>().Value,
            provider.GetServices<IValidateOptions<TOptions>>(),
            provider.GetRequiredService<ILogger<LiveSection<TOptions>>>()));
        services.AddSingleton<ILiveSection>(provider => provider.GetRequiredService<LiveSection<TOptions>>());
        return services;
    }

    internal static partial class Log
    {
        [LoggerMessage(3080, LogLevel.Error, "The changed settings of {Section} are refused, the earlier ones hold: {Problem}", EventName = nameof(ChangeRefused))]
        public static partial void ChangeRefused(ILogger logger, string section, string problem);

        [LoggerMessage(3081, LogLevel.Information, "The settings of {Section} have changed", EventName = nameof(SectionChanged))]
        public static partial void SectionChanged(ILogger logger, string section);
    }
}
