using System.Globalization;
using Chat.Contracts;
using Chat.Server.Workers.Listening;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Workers;

/// <summary>Sends newcomers to the hub away while the process has nearly all the connections that it may have; who has a connection goes on.</summary>
internal sealed class ConnectionGate(RequestDelegate next, ConnectionBudget budget)
{
    private const int RetryAfterSeconds = 5;

    public Task InvokeAsync(HttpContext context)
    {
        // A request with an id belongs to a connection that there is.
        if (context.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is null || context.Request.Query.ContainsKey("id") || budget.HasRoomForHub)
        {
            return next(context);
        }

        // Behind several workers another one may have room: the next attempt is a new connection.
        context.Response.Headers.Connection = "close";
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(
            "Connect again after the time given.",
            statusCode: StatusCodes.Status503ServiceUnavailable,
            title: "This process has all the connections that it may have.",
            extensions: new Dictionary<string, object?> { ["code"] = ErrorCodes.Overloaded, ["retryable"] = true, ["retryAfter"] = RetryAfterSeconds }).ExecuteAsync(context);
    }
}
