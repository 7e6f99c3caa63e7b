using System.Diagnostics.Metrics;
using Chat.Server.Workers.Ports;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Json;

namespace Chat.Server.Telemetry.Logging;

/// <summary>Builds the logger of this process and keeps its sinks, each behind a bounded queue.</summary>
internal sealed class LogPipeline : IDisposable
{
    private readonly List<BoundedSink> _sinks = [];

    public LogPipeline(LogOptions options, TelemetrySource source, LogLevels levels, TimeProvider time)
    {
        Levels = levels;
        ITextFormatter formatter = new RedactingFormatter(options.Json ? new JsonFormatter(renderMessage: true) : new PlainFormatter());
        var configuration = new LoggerConfiguration().MinimumLevel.Verbose().Enrich.FromLogContext().Filter.ByExcluding(IsRefusedStart);
        if (!source.IsNode)
        {
            configuration.Enrich.WithProperty("Worker", source.Name);
        }

        if (options.Console)
        {
            Add(configuration, "console", options, time, to => to.Console(formatter));
        }

        if (options.Folder.Length > 0)
        {
            var file = Path.Combine(options.Folder, source.IsNode ? "chat-.log" : $"chat-{source.Name}-.log");
            Add(configuration, "file", options, time, to => to.File(
                formatter, file, rollingInterval: RollingInterval.Day, fileSizeLimitBytes: options.MaxFileBytes,
                rollOnFileSizeLimit: true, retainedFileCountLimit: options.KeepFiles));
        }

        Logger = configuration.CreateLogger();
    }

    public Logger Logger { get; }

    public LogLevels Levels { get; }

    public IReadOnlyList<BoundedSink> Sinks => _sinks;

    public void Dispose()
    {
        Logger.Dispose();
        Levels.Dispose();
    }

    /// <summary>Tells how many lines were lost. The meter lives in the container, the pipeline is older than it.</summary>
    public void Measure(IMeterFactory meters) => meters.Create(TelemetryNames.Of("Log")).CreateObservableCounter(
        "chat.log.dropped",
        () => _sinks.SelectMany(sink => new Measurement<long>[]
        {
            new(sink.Dropped, new KeyValuePair<string, object?>("sink", sink.Name), new KeyValuePair<string, object?>("reason", "full")),
            new(sink.Failed, new KeyValuePair<string, object?>("sink", sink.Name), new KeyValuePair<string, object?>("reason", "error")),
        }),
        "{line}",
        "Log lines that were dropped");

    /// <summary>The host writes a stack trace about a start that was refused; whoever runs the process tells the reason in one line.</summary>
    private static bool IsRefusedStart(LogEvent entry) =>
        entry.Exception is { } error
        && entry.Properties.GetValueOrDefault(Constants.SourceContextPropertyName) is ScalarValue { Value: "Microsoft.Extensions.Hosting.Internal.Host" }
        && StartRefusedException.From(error) is not null;

    private void Add(LoggerConfiguration configuration, string name, LogOptions options, TimeProvider time, Action<LoggerSinkConfiguration> inner) =>
        LoggerSinkConfiguration.Wrap(
            configuration.WriteTo,
            sink =>
            {
                var bounded = new BoundedSink(name, sink, options.MaxWaiting, time);
                _sinks.Add(bounded);
                return bounded;
            },
            inner,
            LevelAlias.Minimum,
            levelSwitch: null);
}
