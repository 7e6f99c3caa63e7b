using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers;

/// <summary>Runs the process and turns its end into an exit code that its parent understands. What an operator can mend gets one line and no stack trace.</summary>
internal static class ServerRun
{
    /// <summary>Composes, runs and ends it.</summary>
    public static async Task<int> MainAsync(Func<WebApplication> compose)
    {
        try
        {
            await using var app = compose();
            var exit = app.Services.GetRequiredService<ExitStatus>();
            await app.Services.GetRequiredService<NodeClaim>().TakeAsync();
            await app.RunAsync();
            return exit.Code;
        }
        catch (Exception error) when (Explain(error) is { } refusal)
        {
            return Refuse(refusal);
        }
    }

    public static int Refuse(StartRefusedException refusal)
    {
        Console.Error.WriteLine($"The server does not start: {refusal.Message}");
        return refusal.ExitCode;
    }

    private static StartRefusedException? Explain(Exception error) => error switch
    {
        StartRefusedException refusal => refusal,
        OptionsValidationException invalid => new(ExitCodes.Configuration, string.Join(" ", invalid.Failures)),
        IOException { InnerException: AddressInUseException } taken => new(ExitCodes.Unavailable, taken.Message),
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => null,
    };
}
