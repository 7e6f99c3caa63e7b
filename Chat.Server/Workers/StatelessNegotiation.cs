using System.Security.Cryptography;
using Chat.Contracts;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.WebUtilities;

namespace Chat.Server.Workers;

/// <summary>
/// Lets the requests of one connection reach different processes: <c>negotiate</c> is answered without remembering anything and offers WebSockets
/// only, and the upgrade loses its <c>id</c>, which no process would know. Runs after authorization and knows hubs by their metadata, so that
/// a hub's rights hold for its negotiation as well.
/// </summary>
internal sealed class StatelessNegotiation(RequestDelegate next)
{
    private static readonly object Transports = new[] { new { transport = "WebSockets", transferFormats = new[] { "Text", "Binary" } } };

    public Task InvokeAsync(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<HubMetadata>() is null || HttpMethods.IsOptions(context.Request.Method))
        {
            return next(context);
        }

        if (metadata.GetMetadata<NegotiateMetadata>() is not null)
        {
            return NegotiateAsync(context);
        }

        if (!context.WebSockets.IsWebSocketRequest && !IsUpgrade(context.Request))
        {
            return TypedResults.Problem(
                "Several processes serve this address, so a connection needs WebSockets; server-sent events and long polling are not offered.",
                statusCode: StatusCodes.Status400BadRequest,
                title: "Only WebSockets are offered here.",
                extensions: new Dictionary<string, object?> { ["code"] = ErrorCodes.Invalid, ["retryable"] = false }).ExecuteAsync(context);
        }

        if (context.Request.Query.ContainsKey("id"))
        {
            var kept = context.Request.Query.Where(pair => !pair.Key.Equals("id", StringComparison.OrdinalIgnoreCase));
            context.Request.QueryString = QueryString.Create(kept);
        }

        return next(context);
    }

    private static Task NegotiateAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(new
        {
            negotiateVersion = 0,
            connectionId = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(16)),
            availableTransports = Transports,
        });
    }

    /// <summary>Before <c>UseWebSockets</c> has run the feature does not know; HTTP/2 asks with CONNECT.</summary>
    private static bool IsUpgrade(HttpRequest request) =>
        HttpMethods.IsConnect(request.Method) || request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase);
}
