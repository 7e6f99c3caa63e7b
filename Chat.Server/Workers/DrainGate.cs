using Chat.Contracts;
using Chat.Server.Workers.Runtime;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Workers;

/// <summary>
/// While this process drains, handshakes that still arrive (on connections opened before) are sent elsewhere, and every other answer closes its
/// connection, so that the client's next request finds another process.
/// </summary>
internal sealed class DrainGate(RequestDelegate next, DrainState drain, ProcessPlan plan, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!drain.IsDraining)
        {
            return next(context);
        }

        context.Response.Headers.Connection = "close";
        if (context.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is null)
        {
            return next(context);
        }

        return ComeAgain.TellAsync(
            context, ErrorCodes.Draining, RetryAfter(), "This process is shutting down.", "Connect again after the time given; another process, or this one's successor, will answer.");
    }

    /// <summary>With others on the port at once; alone, when the successor can be there.</summary>
    private int RetryAfter()
    {
        var left = (drain.Deadline - time.GetUtcNow()) ?? TimeSpan.Zero;
        return plan.Workers > 1 ? 0 : 1 + (int)Math.Max(0, Math.Ceiling(left.TotalSeconds));
    }
}
