using System.Diagnostics;
using Chat.Server.Storage;
using Chat.Tests.Support;

namespace Chat.Tests.Hubs;

/// <summary>Records the hub's spans and ours, of every server in this process: ask for what is a test's own.</summary>
internal sealed class Spans : IDisposable
{
    public const string Hub = "Microsoft.AspNetCore.SignalR.Server";

    private readonly Recorded<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public Spans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Hub or EventTraces.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Those of one message.</summary>
    public IReadOnlyList<Activity> Of(string message) => [.. _ended.Items.Where(s => message.Equals(s.GetTagItem(EventTraces.MessageId)))];

    /// <summary>The first one that has ended, or will.</summary>
    public Task<Activity> WaitAsync(Func<Activity, bool> matches) => _ended.WaitForAsync(matches);

    public void Dispose() => _listener.Dispose();
}
