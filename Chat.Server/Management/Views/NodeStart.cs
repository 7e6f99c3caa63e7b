using Chat.Contracts.Management;
using Chat.Server.Workers;
using Microsoft.Extensions.Options;

namespace Chat.Server.Management.Views;

/// <summary>
/// This run of the node as an event: a start, or a deployment when another build ran on this data before. The build that ran last is kept in a
/// file beside the data; without it a start is only a start.
/// </summary>
internal sealed partial class NodeStart(IOptions<WorkersOptions> options, TimeProvider time, ILogger<NodeStart> logger) : IHostedService
{
    private const string FileName = "server.build";
    private const int LongestBuild = 200;

    private NodeEvent? _event;

    /// <summary>None before the process has started.</summary>
    public IEnumerable<NodeEvent> Events => _event is { } started ? [started] : [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var before = await TakeAsync(NodeIdentity.Build, cancellationToken);
        _event = Of(before, NodeIdentity.Build, time.GetUtcNow());
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal static NodeEvent Of(string? before, string build, DateTimeOffset at) => new()
    {
        At = at,
        Kind = before is null || before == build ? "start" : "deploy",
        Target = NodeIdentity.Name,
        Text = before is null || before == build ? $"the node started, version {build}" : $"the node started with version {build} after {before}",
    };

    /// <summary>The build that ran here last; from now on it is this one.</summary>
    private async Task<string?> TakeAsync(string build, CancellationToken cancellationToken)
    {
        var path = Path.Combine(options.Value.DataFolder, FileName);
        try
        {
            var before = File.Exists(path) ? (await File.ReadAllTextAsync(path, cancellationToken)).Trim() : null;
            Directory.CreateDirectory(options.Value.DataFolder);
            if (before != build)
            {
                await File.WriteAllTextAsync(path, build, cancellationToken);
            }

            return before is { Length: > 0 and < LongestBuild } && !before.Any(char.IsControl) ? before : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Only a mark in the charts is lost; a node must not fail to start for it.
            Log.BuildNotKept(logger, error);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3430, LogLevel.Warning, "Which build ran here before is not known, and this one could not be put down.", EventName = nameof(BuildNotKept))]
        public static partial void BuildNotKept(ILogger logger, Exception error);
    }
}
