using Microsoft.Extensions.Options;

namespace Chat.Server.Storage.Retention;

internal sealed class RetentionOptionsValidator : IValidateOptions<RetentionOptions>
{
    public ValidateOptionsResult Validate(string? name, RetentionOptions options)
    {
        var failures = new List<string>();
        if (options.MaxAge <= TimeSpan.Zero)
        {
            failures.Add("Retention:MaxAge must be longer than nothing; leave it out to keep events for ever.");
        }

        if (options.MaxEvents <= 0)
        {
            failures.Add("Retention:MaxEvents must be at least 1; leave it out to keep all events.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
