using System.Globalization;
using System.Reflection;

namespace Chat.Server.Management.Settings;

/// <summary>Every single setting that the server's code knows, with its default: also those that no file names. Found as they are bound, by the constant that names an options class's section.</summary>
internal static class OptionsCatalogue
{
    /// <summary>Empty: none.</summary>
    public static IReadOnlyDictionary<string, string> Defaults { get; } = Collect();

    private static Dictionary<string, string> Collect()
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var type in typeof(OptionsCatalogue).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.Name.EndsWith("Options", StringComparison.Ordinal)))
        {
            if (type.GetField("Section", BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true } section && section.GetRawConstantValue() is string name)
            {
                Add(found, name, Activator.CreateInstance(type, nonPublic: true)!);
            }
        }

        return found;
    }

    private static void Add(Dictionary<string, string> found, string path, object options)
    {
        foreach (var property in options.GetType().GetProperties().Where(p => p.CanWrite && p.GetIndexParameters().Length == 0))
        {
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var (key, value) = ($"{path}:{property.Name}", property.GetValue(options));
            if (type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan))
            {
                found[key] = value is TimeSpan span ? span.ToString("c", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            }
            else if (value is not null && type.Assembly == typeof(OptionsCatalogue).Assembly)
            {
                Add(found, key, value);
            }

            // Lists have no members before somebody writes them.
        }
    }
}
