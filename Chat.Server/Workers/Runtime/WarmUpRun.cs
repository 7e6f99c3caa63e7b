using System.Net;
using System.Security.Claims;
using Chat.Contracts;
using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Runtime;

/// <summary>The process's one warming up: what answers requests, then the features' own.</summary>
internal sealed partial class WarmUpRun(
    IEnumerable<IWarmUp> features, RequestPipeline pipeline, IServiceScopeFactory scopes, ProcessPlan plan, TimeProvider time, ILogger<WarmUpRun> logger)
{
    // What is cold still when this is over is compiled before the eyes of the first client, which is better than no server.
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(10);

    // Who replaces one that crashed has clients who wait for it now.
    private static readonly TimeSpan WhenMissed = TimeSpan.FromSeconds(1.5);

    private readonly Lock _lock = new();
    private Task? _run;

    /// <summary>Whoever asks again waits for the same one. Fails never, unless it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _run ??= WarmUpAsync(cancellationToken);
        }
    }

    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var limit = new CancellationTokenSource(plan.Worker is { IsMissed: true } ? WhenMissed : AtMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await StepAsync("requests", AnswerAsync, either.Token);
        foreach (var feature in features)
        {
            await StepAsync(feature.GetType().Name, feature.WarmUpAsync, either.Token);
        }

        cancellationToken.ThrowIfCancellationRequested();
        Log.Done(logger, time.GetElapsedTime(began).TotalSeconds);
    }

    private async Task StepAsync(string name, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        try
        {
            // The wait has the token, too: a step that does not look at it must not hold up the start.
            await Task.Run(() => step(cancellationToken), cancellationToken).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Log.OutOfTime(logger, name);
        }
        catch (Exception error)
        {
            Log.Failed(logger, name, error);
        }
    }

    /// <summary>
    /// A request to the hub, by somebody on this machine, that is no WebSocket: it passes all that stands before the hub, which then refuses it.
    /// </summary>
    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        if (pipeline.Whole is not { } whole)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var context = new DefaultHttpContext
        {
            RequestServices = scope.ServiceProvider,
            ServiceScopeFactory = scopes,
            RequestAborted = cancellationToken,
            User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "warm-up")], "warm-up", "sub", "role")),
        };
        context.Request.Method = HttpMethods.Get;
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("localhost");
        context.Request.Path = ChatHubContract.Path;
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        await whole(context);
    }

    private static partial class Log
    {
        [LoggerMessage(3026, LogLevel.Debug, "Warmed up in {Seconds:F1} s.", EventName = "WarmedUp")]
        public static partial void Done(ILogger logger, double seconds);

        [LoggerMessage(3028, LogLevel.Debug, "No time was left to warm up {Step}; the first clients may wait a little.", EventName = "WarmUpOutOfTime")]
        public static partial void OutOfTime(ILogger logger, string step);

        [LoggerMessage(3027, LogLevel.Warning, "Warming up went on without {Step}; the first clients may wait a little.", EventName = "WarmUpFailed")]
        public static partial void Failed(ILogger logger, string step, Exception error);
    }
}
