using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers;

/// <summary>Runs the process and turns its end into an exit code that its parent understands. What an operator can mend gets one line and no stack trace.</summary>
internal static class ServerRun
{
    // The names under which hosts learn what environment they are in; the first one wins.
    private static readonly string[] EnvironmentVariables = ["DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT"];

    /// <summary>Composes, runs and ends it.</summary>
    public static async Task<int> MainAsync(Func<WebApplication> compose)
    {
        try
        {
            await using var app = compose();
            var exit = app.Services.GetRequiredService<ExitStatus>();
            await app.Services.GetRequiredService<NodeClaim>().TakeAsync();
            await RunAsync(app);
            return exit.Code;
        }
        catch (Exception error) when (StartRefusedException.From(error) is { } refusal)
        {
            return Refuse(refusal);
        }
    }

    private static async Task RunAsync(WebApplication app)
    {
        var life = app.Services.GetRequiredService<IHostApplicationLifetime>();
        try
        {
            await app.RunAsync();
        }
        catch (OperationCanceledException) when (life.ApplicationStopping.IsCancellationRequested && !life.ApplicationStarted.IsCancellationRequested)
        {
            // Asked to go before it had started: that is no fault, and there is nothing to drain.
        }
    }

    public static int Refuse(StartRefusedException refusal)
    {
        Console.Error.WriteLine($"The server does not start: {refusal.Message}");
        return refusal.ExitCode;
    }

    /// <summary>
    /// A variable that is set to nothing, as compose files and service units leave it, is not set: the framework takes the empty name for that of an
    /// environment, which is neither Development nor what the other variable says. Children inherit what is left.
    /// </summary>
    public static void ForgetEmptyEnvironment()
    {
        foreach (var name in EnvironmentVariables)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value && string.IsNullOrWhiteSpace(value))
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }
    }
}
