using System.Collections;
using System.Text.Json;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Chat.Tests.Architecture;

/// <summary>The root appsettings.json is the list of all options: each is there, with the default that the code has.</summary>
public sealed class SettingsFileTests
{
    private static readonly string File = Repository.PathOf("appsettings.json");
    private static readonly IConfiguration Settings = new ConfigurationBuilder().AddJsonFile(File).Build();

    public static TheoryData<string> Names { get; } = [.. OptionsTypes.All.Select(t => t.FullName!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void OptionsClass_EveryProperty_IsInTheFileWithItsDefault(string name)
    {
        var type = OptionsTypes.All.Single(t => t.FullName == name);
        var section = OptionsTypes.SectionOf(type)!;
        using var json = JsonDocument.Parse(System.IO.File.ReadAllText(File));
        Assert.True(TryFind(json.RootElement, section, out var content), $"appsettings.json has no section {section}.");

        var defaults = Activator.CreateInstance(type, nonPublic: true)!;
        var bound = Activator.CreateInstance(type, nonPublic: true)!;
        Settings.GetSection(section).Bind(bound);
        Findings.None(Differences(section, content, defaults, bound));
    }

    [Fact]
    public void OptionsTypes_OfServerAndConsole_AreFound() =>
        Assert.Superset(new HashSet<string> { "Chat.Server.Storage.StorageOptions", "Chat.Admin.AdminOptions" }, OptionsTypes.All.Select(t => t.FullName!).ToHashSet());

    private static bool TryFind(JsonElement json, string section, out JsonElement found)
    {
        found = json;
        foreach (var part in section.Split(':'))
        {
            if (!found.TryGetProperty(part, out found) || found.ValueKind != JsonValueKind.Object)
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<string> Differences(string path, JsonElement json, object defaults, object bound)
    {
        var properties = OptionsTypes.SettingsOf(defaults.GetType()).ToList();
        // A section inside a section may be a class of its own.
        foreach (var unknown in json.EnumerateObject().Select(p => p.Name).Except(properties.Select(p => p.Name)))
        {
            if (!OptionsTypes.All.Any(t => OptionsTypes.SectionOf(t) == $"{path}:{unknown}"))
            {
                yield return $"{path}:{unknown} is in the file and no option";
            }
        }

        foreach (var property in properties)
        {
            var key = $"{path}:{property.Name}";
            if (!json.TryGetProperty(property.Name, out var value))
            {
                yield return $"{key} is an option and not in the file";
                continue;
            }

            var (expected, actual) = (property.GetValue(defaults), property.GetValue(bound));
            if (value.ValueKind == JsonValueKind.Object && expected is not null and not IDictionary)
            {
                foreach (var difference in Differences(key, value, expected, actual!))
                {
                    yield return difference;
                }
            }
            else if (!IsSame(expected, actual))
            {
                yield return $"{key} is {Show(actual)} in the file and {Show(expected)} in the code";
            }
        }
    }

    // Binding adds to a collection instead of replacing it, so a default other than empty can only stand in the file.
    private static bool IsSame(object? expected, object? actual) => expected is IEnumerable items and not string
        ? items.Cast<object>().SequenceEqual(((IEnumerable)actual!).Cast<object>()) || !items.Cast<object>().Any()
        : Equals(expected, actual);

    private static string Show(object? value) => value is IEnumerable items and not string ? $"[{string.Join(", ", items.Cast<object>())}]" : $"{value ?? "null"}";
}
