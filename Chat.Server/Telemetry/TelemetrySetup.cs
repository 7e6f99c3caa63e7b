using System.Diagnostics.Metrics;
using Chat.Server.Telemetry.Charts;
using Chat.Server.Telemetry.Logging;
using Chat.Server.Telemetry.Metrics;
using Chat.Server.Telemetry.Resources;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Serilog.Extensions.Logging;

namespace Chat.Server.Telemetry;

internal static class TelemetrySetup
{
    /// <summary>Logs, metrics and traces of one process. <paramref name="source"/> is the worker's name (<c>w1</c>), empty for the node itself.</summary>
    public static IHostApplicationBuilder AddTelemetry(this IHostApplicationBuilder builder, string source = "")
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        var identity = new TelemetrySource(source, TimeProvider.System);
        services.AddSingleton(identity);
        services.AddSingleton<MetricsCollector>();
        services.AddSingleton<ThreadPoolProbe>();
        services.AddHostedService(static provider => provider.GetRequiredService<ThreadPoolProbe>());
        services.AddHostedService(static provider => new ProcessGauges(
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetRequiredService<TelemetrySource>(),
            provider.GetRequiredService<IOptions<TelemetryOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IChildMemory>()));
        services.AddHostedService<OtlpExport>();
        if (!identity.IsNode)
        {
            services.AddSingleton<IHeartbeatPart, MetricsPart>();
        }

        AddLogging(builder, identity);
        return builder;
    }

    /// <summary>What only the process has that speaks for the node: the workers' numbers, their history, <c>/metrics</c>.</summary>
    public static IHostApplicationBuilder AddNodeMetrics(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<MetricsBook>();
        builder.Services.AddSingleton<MetricsHistory>();
        builder.Services.AddSingleton<NodeMetrics>();
        builder.Services.AddSingleton<ChartBook>();
        builder.Services.AddSingleton<IMetricsObserver>(static provider => provider.GetRequiredService<ChartBook>());
        builder.Services.AddSingleton<IChildMemory, WorkersMemory>();
        builder.Services.AddHostedService<CertificateGauge>();
        builder.Services.AddHostedService<MetricsIntake>();
        builder.Services.AddHostedService<MetricsSampler>();
        return builder;
    }

    private static void AddLogging(IHostApplicationBuilder builder, TelemetrySource source)
    {
        // Logging starts before the container does, so these options are read by hand; the validated ones are the same.
        var options = builder.Configuration.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>() ?? new TelemetryOptions();
        var pipeline = new LogPipeline(options.Log, source, new LogLevels(builder.Configuration), TimeProvider.System);
        builder.Services.AddSingleton<LogPipeline>(_ => pipeline);
        builder.Services.AddSingleton(static provider => provider.GetRequiredService<LogPipeline>().Levels);
        builder.Services.AddHostedService<SelfMeasures>();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new LeveledLoggers(new SerilogLoggerProvider(pipeline.Logger), pipeline.Levels));

        // The framework's filters would hold a level that was changed; only those that silence what must not be written down stay.
        builder.Logging.AddFilter<LeveledLoggers>(category: null, LogLevel.Trace);
    }
}
