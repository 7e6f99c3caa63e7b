using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Server.Management.Live;

internal sealed class LiveRoutes(LiveFeed feed, IHostApplicationLifetime host) : IManagementRoutes
{
    private static readonly Refusal TooMany = new(ManagementCodes.RateLimited, "Too many live feeds are open.", Retryable: true, RetryAfter: 10);

    public void Map(ManagementMap map) => map.Stream(ManagementRoutes.Live, "The node as it goes, by server-sent events", WatchAsync);

    private async Task WatchAsync(ManagementCall call)
    {
        var context = call.Context;
        if (feed.TryEnter() is not { } viewer)
        {
            await ManagementAnswers.RefuseAsync(context, TooMany);
            return;
        }

        // An open feed must not hold up a shutdown.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, host.ApplicationStopping);
        try
        {
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            context.Response.ContentType = "text/event-stream";
            ManagementAnswers.Harden(context);
            while (await viewer.NextAsync(end.Token) is { } bytes)
            {
                await context.Response.Body.WriteAsync(bytes, end.Token);
                await context.Response.Body.FlushAsync(end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The viewer or the process goes.
        }
        finally
        {
            feed.Leave(viewer);
        }
    }
}
