using System.Globalization;

namespace Chat.Tests.Faults;

/// <summary>How long a fault lasts: short by default, so that all tests together stay short; as long as one likes by environment.</summary>
internal static class FaultLength
{
    /// <param name="variable">Holds seconds.</param>
    public static TimeSpan Of(string variable, TimeSpan usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture)) : usual;

    /// <inheritdoc cref="Of"/>
    public static int Count(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
