using Chat.Contracts;
using Chat.Server.Workers.Listening;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Workers;

/// <summary>Sends newcomers to the hub away while the process has nearly all the connections that it may have; who has a connection goes on.</summary>
internal sealed class ConnectionGate(RequestDelegate next, ConnectionBudget budget)
{
    private const int RetryAfterSeconds = 5;

    // A request with an id belongs to a connection that there is.
    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is null || context.Request.Query.ContainsKey("id") || budget.HasRoomForHub
            ? next(context)
            : ComeAgain.TellAsync(
                context, ErrorCodes.Overloaded, RetryAfterSeconds, "This process has all the connections that it may have.", "Connect again after the time given.");
}
