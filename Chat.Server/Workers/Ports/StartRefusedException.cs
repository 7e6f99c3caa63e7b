using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Ports;

/// <summary>The process must not start, for a reason that the operator can do something about; the message is the one line he gets.</summary>
internal sealed class StartRefusedException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode => exitCode;

    /// <summary>What the operator can do about a start that failed so; null when it is a surprise, which is told with all that is known of it.</summary>
    public static StartRefusedException? From(Exception error) => error switch
    {
        StartRefusedException refusal => refusal,
        OptionsValidationException invalid => new(ExitCodes.Configuration, string.Join(" ", invalid.Failures), invalid),
        IOException { InnerException: AddressInUseException } taken => new(ExitCodes.Unavailable, taken.Message, taken),
        AggregateException several => FromAll(several),
        _ => null,
    };

    /// <summary>Several wrong sections of the configuration are one refusal, as long as nothing else is among them.</summary>
    private static StartRefusedException? FromAll(AggregateException several)
    {
        var refusals = several.InnerExceptions.Select(From).OfType<StartRefusedException>().ToList();
        return refusals.Count == several.InnerExceptions.Count && refusals.Count > 0
            ? new(refusals[0].ExitCode, string.Join(" ", refusals.Select(r => r.Message).Distinct()), several)
            : null;
    }
}
