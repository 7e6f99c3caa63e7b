using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Runtime;

/// <summary>Settings that an operator changed while the process runs; they lie over all other sources and end with the process; what outlives it is kept elsewhere and set again.</summary>
internal sealed class RuntimeSettings : ConfigurationProvider, IConfigurationSource
{
    private static readonly string[] Changeable = ["Logging:LogLevel:", "Serilog:MinimumLevel", "Failpoints:", "Health:Maintenance", "Limits:", "Retention:"];

    public static bool MayChange(string key) => Changeable.Any(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Null takes the change back.</summary>
    public void Change(string key, string? value)
    {
        if (!MayChange(key))
        {
            throw new ArgumentException("Not a setting that may be changed while running.", nameof(key));
        }

        if (value is null)
        {
            Data.Remove(key);
        }
        else
        {
            Set(key, value);
        }

        try
        {
            OnReload();
        }
        catch (AggregateException error) when (error.Flatten().InnerExceptions.All(e => e is OptionsValidationException))
        {
            // Some other section of a file was edited into nonsense. Who lives by it tells; this change is made all the same.
        }
    }
}
