namespace Chat.Server.Workers.Listening;

/// <summary>Keeps a hand on the whole of what answers requests, as the server is about to be given it.</summary>
internal sealed class RequestPipeline : IStartupFilter
{
    /// <summary>Null before the server starts.</summary>
    public RequestDelegate? Whole { get; private set; }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(rest => Whole = rest);
        next(app);
    };
}
