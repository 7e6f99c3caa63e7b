using System.Net;
using Microsoft.Extensions.Options;

namespace Chat.Server.Access;

/// <summary>Tokens and keys do not travel in the clear: outside Development only this machine may use plain HTTP, or who is behind a proxy that ends TLS.</summary>
internal sealed class PlainHttp(IOptions<AuthOptions> options, IHostEnvironment environment)
{
    public bool IsRefused(HttpContext context) =>
        !context.Request.IsHttps && !environment.IsDevelopment() && !options.Value.BehindProxy
        && context.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address);
}
