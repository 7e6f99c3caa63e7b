using System.Reflection;

namespace Chat.Tests.Architecture;

/// <summary>The classes that sections of appsettings.json are bound to: they name theirs in a constant.</summary>
internal static class OptionsTypes
{
    public static IReadOnlyList<Type> All { get; } =
    [
        .. ((string[])["Chat.Server", "Chat.Admin"]).SelectMany(name => Assembly.Load(name).GetTypes())
            .Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal) && SectionOf(t) is not null),
    ];

    public static string? SectionOf(Type type) =>
        type.GetField("Section", BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true } field ? field.GetRawConstantValue() as string : null;

    /// <summary>What can be set, in the order of the class; what it inherits comes first.</summary>
    public static IEnumerable<PropertyInfo> SettingsOf(Type type) =>
        (type.BaseType is { } parent && parent != typeof(object) ? SettingsOf(parent) : [])
        .Concat(type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(p => p.CanWrite));
}
