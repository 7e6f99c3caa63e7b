using Microsoft.Extensions.Options;

namespace Chat.Server.Health;

internal sealed class HealthOptionsValidator : IValidateOptions<HealthOptions>
{
    public ValidateOptionsResult Validate(string? name, HealthOptions options)
    {
        foreach (var (check, every) in options.CheckEveryOf.Append(new("", options.CheckEvery)))
        {
            var key = check.Length == 0 ? "Health:CheckEvery" : $"Health:CheckEveryOf:{check}";
            if (every < TimeSpan.FromMilliseconds(500))
            {
                return ValidateOptionsResult.Fail($"{key} must be at least 00:00:00.5.");
            }

            // A check that hangs is repeated when its time is up; even then its result must not be stale.
            if (every + options.Timeout >= options.StaleAfter)
            {
                return ValidateOptionsResult.Fail($"{key} plus Health:Timeout must be less than Health:StaleAfter; raise the latter.");
            }
        }

        return ValidateOptionsResult.Success;
    }
}
