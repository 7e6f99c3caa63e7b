namespace Chat.Server.Access;

/// <summary>403 for pages of foreign origins, whatever the method; before CORS, which only decides what a page may read.</summary>
internal sealed partial class OriginCheck(RequestDelegate next, Origins origins, ILogger<OriginCheck> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (origins.MayUse(context.Request))
        {
            await next(context);
            return;
        }

        Log.OriginRefused(logger);
        await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, AccessErrors.OriginRefused);
    }

    private static partial class Log
    {
        [LoggerMessage(1303, LogLevel.Warning, "A page of a foreign origin was refused (Auth:AllowedOrigins)", EventName = "OriginRefused")]
        public static partial void OriginRefused(ILogger logger);
    }
}
