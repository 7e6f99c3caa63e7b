namespace Chat.Admin.Access;

/// <summary>What every request passes: headers that close doors in browsers, the origin of whoever opens a circuit, the number of open pages.</summary>
internal static class Doors
{
    // Radzen and the framework set style attributes, and the framework needs the page's base element; scripts come from here and nowhere else.
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

    public static void UseDoors(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
        {
            app.UseHsts();
        }

        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
            return next(context);
        });
        app.Use(async (context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/_blazor"))
            {
                if (!IsOwnOrigin(context.Request))
                {
                    context.Response.StatusCode = StatusCodes.Status403Forbidden;
                    return;
                }

                if (context.Request.Path.StartsWithSegments("/_blazor/negotiate") && context.RequestServices.GetRequiredService<CircuitCount>().IsFull)
                {
                    context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                    context.Response.Headers.RetryAfter = "30";
                    return;
                }
            }

            await next(context);
        });
    }

    /// <summary>A browser names the page's origin with every socket and every post; without one it is no browser.</summary>
    internal static bool IsOwnOrigin(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Origin", out var origin))
        {
            return true;
        }

        return origin is [{ } one]
            && Uri.TryCreate(one, UriKind.Absolute, out var uri)
            && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
