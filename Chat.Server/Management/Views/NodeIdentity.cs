using System.Reflection;

namespace Chat.Server.Management.Views;

/// <summary>What this node is called and runs.</summary>
internal static class NodeIdentity
{
    public static string Name { get; } = Environment.MachineName;

    private static readonly string[] Informational =
        (typeof(NodeIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "").Split('+');

    public static string Version { get; } = Informational[0];

    /// <summary>With the beginning of the commit, where the build knows it: two builds of one version are told apart.</summary>
    public static string Build { get; } = Informational is [var version, { Length: > 7 } commit, ..] ? $"{version}+{commit[..7]}" : Informational[0];
}
