using Chat.Server.Alerts.Channels;
using Chat.Server.Telemetry.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Chat.Server.Alerts;

internal static class AlertsSetup
{
    /// <summary>For the process that speaks for the node; needs <c>AddTelemetry</c> and <c>AddNodeMetrics</c>.</summary>
    public static IHostApplicationBuilder AddAlerts(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<AlertsOptions>().BindConfiguration(AlertsOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<IValidateOptions<AlertsOptions>, AlertsOptionsValidator>();
        services.AddSingleton<LiveAlertsOptions>();
        services.AddSingleton<AlertMeter>();
        services.AddSingleton<AlertStateFile>();
        services.AddSingleton<INotificationChannel, LogChannel>();
        AddConfiguredChannels(builder);
        services.AddSingleton<ChannelSet>();
        services.AddSingleton<AlertCommitter>();
        services.AddSingleton<AlertEngine>();
        services.AddSingleton<IMetricsObserver>(static provider => provider.GetRequiredService<AlertEngine>());
        services.AddSingleton<IAlertBook, AlertBook>();

        // The committer ends after the channels, so that what they sent last is remembered.
        services.AddHostedService(static provider => provider.GetRequiredService<AlertCommitter>());
        services.AddHostedService(static provider => provider.GetRequiredService<ChannelSet>());
        services.AddHostedService<AlertGauges>();
        return builder;
    }

    private static void AddConfiguredChannels(IHostApplicationBuilder builder)
    {
        // How many there are must be known while services are added; the validated options are the same.
        var options = builder.Configuration.GetSection(AlertsOptions.Section).Get<AlertsOptions>() ?? new AlertsOptions();
        foreach (var webhook in options.Webhooks)
        {
            builder.Services.AddSingleton<INotificationChannel>(_ => new WebhookChannel(webhook));
        }

        if (options.Smtp.Host.Length > 0)
        {
            builder.Services.AddSingleton<INotificationChannel>(static provider => new EmailChannel(provider.GetRequiredService<IOptions<AlertsOptions>>().Value.Smtp));
        }
    }
}
