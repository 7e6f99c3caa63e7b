using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Support;

internal static class TestSections
{
    /// <summary>A live section that holds these options.</summary>
    public static LiveSection<TOptions> Live<TOptions>(TOptions options, IValidateOptions<TOptions>? rule = null)
        where TOptions : class, new()
    {
        var section = (string)typeof(TOptions).GetField("Section")!.GetRawConstantValue()!;
        var values = typeof(TOptions).GetProperties().Select(p => KeyValuePair.Create(
            $"{section}:{p.Name}", Convert.ToString(p.GetValue(options), System.Globalization.CultureInfo.InvariantCulture)));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        return new(section, configuration, options, rule is null ? [] : [rule], NullLogger<LiveSection<TOptions>>.Instance);
    }
}
