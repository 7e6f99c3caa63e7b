using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Chat.Admin.ServerApi;
using Chat.Server.Alerts.Rules;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Chat.Tests.Architecture;

/// <summary>The part of docs/configuration.md that follows from the code: a table for each section of appsettings.json.</summary>
internal static partial class ConfigurationPage
{
    public const string Mark = "<!-- What follows is made from the code: see the first lines of this page. -->\n";

    private static readonly IConfiguration Settings = new ConfigurationBuilder().AddJsonFile(Repository.PathOf("appsettings.json")).Build();

    /// <summary>Settings without a summary.</summary>
    public static IEnumerable<string> Unexplained =>
        OptionsTypes.All.SelectMany(type => Rows(type, OptionsTypes.SectionOf(type)!)).Concat(Rows(typeof(NodeOptions), Nodes)).Where(r => r.Meaning.Length == 0).Select(r => r.Key);

    private static string Nodes => $"{NodesOptions.SectionName}:N";

    public static string Write()
    {
        var page = new StringBuilder(Mark);
        page.Append("\n## The server\n");
        foreach (var type in OptionsTypes.All.Where(IsOfTheServer).OrderBy(t => OptionsTypes.SectionOf(t), StringComparer.Ordinal))
        {
            Section(page, OptionsTypes.SectionOf(type)!, type, Rows(type, OptionsTypes.SectionOf(type)!));
            if (type == typeof(Chat.Server.Alerts.AlertsOptions))
            {
                RulesTable(page);
            }
        }

        page.Append("\n## The console\n");
        foreach (var type in OptionsTypes.All.Where(t => !IsOfTheServer(t)))
        {
            Section(page, OptionsTypes.SectionOf(type)!, type, Rows(type, OptionsTypes.SectionOf(type)!));
        }

        Section(page, NodesOptions.SectionName, typeof(NodesOptions), Rows(typeof(NodeOptions), Nodes));
        return page.ToString();
    }

    private static bool IsOfTheServer(Type type) => type.Assembly == typeof(Chat.Server.Storage.StorageOptions).Assembly;

    private static void Section(StringBuilder page, string name, Type type, IEnumerable<Row> rows)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n### {name}\n\n");
        if (SectionWords().Replace(Summaries.Of(type), "") is { Length: > 0 } about)
        {
            page.Append(char.ToUpperInvariant(about[0])).Append(about.AsSpan(1)).Append("\n\n");
        }

        page.Append("| Key | Type | Default | Bounds | Meaning |\n| --- | --- | --- | --- | --- |\n");
        foreach (var row in rows)
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{row.Key}` | {row.Type} | {row.Default} | {row.Bounds} | {row.Meaning.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }
    }

    private static void RulesTable(StringBuilder page)
    {
        page.Append("\nThe rules with their defaults (`Alerts:Rules:NAME:…`); a dash: none. A rule without a `Window` looks at the present and takes none.\n\n");
        page.Append("| NAME | Threshold | Unit | ResolveThreshold | Window | For | KeepFiringFor |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var rule in AlertRules.All)
        {
            var s = rule.Defaults;
            page.Append(CultureInfo.InvariantCulture, $"| `{rule.Name}` | {(s.Breach == Breach.Above ? "over" : "under")} {s.Threshold} | {rule.Unit} | ")
                .Append(CultureInfo.InvariantCulture, $"{s.ResolveThreshold?.ToString(CultureInfo.InvariantCulture) ?? "–"} | {(s.Window == TimeSpan.Zero ? "–" : Text(s.Window))} | {Text(s.For)} | {Text(s.KeepFiringFor)} |\n");
        }
    }

    private static IEnumerable<Row> Rows(Type type, string path)
    {
        var defaults = Activator.CreateInstance(type, nonPublic: true)!;
        foreach (var property in OptionsTypes.SettingsOf(type))
        {
            var key = $"{path}:{property.Name}";
            var kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (IsGroup(kind))
            {
                foreach (var row in Rows(kind, key))
                {
                    yield return row;
                }

                continue;
            }

            var element = ElementOf(kind);
            yield return new Row(
                key, TypeOf(kind, element, property.Name), element is null ? Default(property.GetValue(defaults)) : ListDefault(key), Bounds(property), Summaries.Of(property.DeclaringType!, property.Name));
            if (element is not null && IsGroup(element))
            {
                foreach (var row in Rows(element, $"{key}:{(IsMap(kind) ? "NAME" : "N")}"))
                {
                    yield return row;
                }
            }
        }
    }

    private static bool IsGroup(Type type) => type is { IsClass: true, IsArray: false } && type.Assembly.GetName().Name!.StartsWith("Chat.", StringComparison.Ordinal);

    private static bool IsMap(Type type) => typeof(IDictionary).IsAssignableFrom(type);

    private static Type? ElementOf(Type type) => type.IsArray ? type.GetElementType() : type.IsGenericType && type != typeof(string) ? type.GetGenericArguments()[^1] : null;

    private static string TypeOf(Type type, Type? element, string name) => element is not null
        ? $"{(IsMap(type) ? "map" : "list")}{(IsGroup(element) ? "" : $" of {TypeOf(element, null, "")}s")}"
        : type switch
        {
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(TimeSpan) => "time span",
            _ when type == typeof(string) => "text",
            _ when type == typeof(double) => "number",
            _ => "integer",
        } + (name.EndsWith("Bytes", StringComparison.Ordinal) ? ", bytes" : name.EndsWith("PerSecond", StringComparison.Ordinal) ? ", per second" : "");

    private static string Default(object? value) => value switch
    {
        null or "" => "–",
        string text => $"`{text}`",
        _ => Text(value),
    };

    // Binding adds to a collection instead of replacing it, so its default stands in the file. Of the rules there is a table of their own.
    private static string ListDefault(string key)
    {
        var items = Settings.GetSection(key).GetChildren().Where(c => c.Value is { Length: > 0 }).ToList();
        return items.Count == 0 ? "–" : string.Join(", ", items.Select(c => int.TryParse(c.Key, out _) ? $"`{c.Value}`" : $"`{c.Key}`: {c.Value}"));
    }

    private static string Bounds(PropertyInfo property) => string.Join("; ", property.GetCustomAttributes<ValidationAttribute>().Select(bound => bound switch
    {
        RangeAttribute range => Range(range),
        RegularExpressionAttribute pattern => $"`{pattern.Pattern.Replace("|", "\\|", StringComparison.Ordinal)}`",
        MinLengthAttribute least => $"at least {least.Length}",
        RequiredAttribute => "not empty",
        UrlAttribute => "an http or https address",
        _ => "",
    }).Where(text => text.Length > 0));

    private static string Range(RangeAttribute range)
    {
        object Bound(object value) => range.OperandType == typeof(TimeSpan) ? TimeSpan.Parse((string)value, CultureInfo.InvariantCulture) : value;
        return range.Maximum is int.MaxValue or (double)long.MaxValue || range.Maximum is double and >= long.MaxValue
            ? $"{Text(Bound(range.Minimum))} or more"
            : $"{Text(Bound(range.Minimum))} to {Text(Bound(range.Maximum))}";
    }

    private static string Text(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        TimeSpan span when span.Ticks % TimeSpan.TicksPerSecond != 0 => span.ToString("c", CultureInfo.InvariantCulture).TrimEnd('0'),
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Section <c>Storage</c>: or the like, at the beginning of a class's summary; the heading says it.</summary>
    [GeneratedRegex(@"^Section `[\w:]+`[:.,]?\s*")]
    private static partial Regex SectionWords();

    private sealed record Row(string Key, string Type, string Default, string Bounds, string Meaning);
}
