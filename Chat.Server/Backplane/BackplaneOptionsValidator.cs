using Chat.Server.Backplane.Redis;
using Microsoft.Extensions.Options;

namespace Chat.Server.Backplane;

/// <summary>Rules between options, and the connection string: a typing error is told at the start, without repeating the text.</summary>
internal sealed class BackplaneOptionsValidator(IConfiguration configuration) : IValidateOptions<BackplaneOptions>
{
    public ValidateOptionsResult Validate(string? name, BackplaneOptions options)
    {
        var failures = new List<string>();
        if (options.SuspectAfter < options.ProbeInterval * 2)
        {
            failures.Add("Backplane:SuspectAfter must be at least twice Backplane:ProbeInterval, or one late probe raises suspicion.");
        }

        if (options.MaxHold < options.Hold)
        {
            failures.Add("Backplane:MaxHold must not be less than Backplane:Hold.");
        }

        if (configuration.GetConnectionString("Redis") is { } redis && !string.IsNullOrWhiteSpace(redis) && !Understood(redis))
        {
            failures.Add("ConnectionStrings:Redis can't be understood; write it as \"host:port,password=…,ssl=true\".");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool Understood(string connectionString)
    {
        try
        {
            RedisTransport.Parse(connectionString);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
