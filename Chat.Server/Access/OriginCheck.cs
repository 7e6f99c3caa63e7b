namespace Chat.Server.Access;

/// <summary>403 for pages of foreign origins, whatever the method; before CORS, which only decides what a page may read.</summary>
internal sealed partial class OriginCheck(RequestDelegate next, Origins origins, AccessMeter meter, RefusalLog refusals, ILogger<OriginCheck> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (origins.MayUse(context.Request))
        {
            await next(context);
            return;
        }

        meter.Refused("origin");
        if (refusals.IsDue(nameof(Log.OriginRefused), out var leftOut))
        {
            Log.OriginRefused(logger, leftOut);
        }

        await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, AccessErrors.OriginRefused);
    }

    private static partial class Log
    {
        [LoggerMessage(1303, LogLevel.Warning, "A page of a foreign origin was refused (Auth:AllowedOrigins); {LeftOut} before it were not written down", EventName = "OriginRefused")]
        public static partial void OriginRefused(ILogger logger, long leftOut);
    }
}
