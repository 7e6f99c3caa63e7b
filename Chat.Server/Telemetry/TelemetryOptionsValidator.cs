using Microsoft.Extensions.Options;

namespace Chat.Server.Telemetry;

internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        if (options.KeepSamples < options.SampleEvery * 10)
        {
            return ValidateOptionsResult.Fail("Telemetry:KeepSamples must hold at least ten of Telemetry:SampleEvery; raise it.");
        }

        if (options.Otlp.Endpoint.Length > 0
            && (!Uri.TryCreate(options.Otlp.Endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https")))
        {
            return ValidateOptionsResult.Fail("Telemetry:Otlp:Endpoint must be an http or https address such as http://localhost:4317, or empty.");
        }

        return ValidateOptionsResult.Success;
    }
}
