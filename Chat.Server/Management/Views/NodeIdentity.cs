using System.Reflection;

namespace Chat.Server.Management.Views;

/// <summary>What this node is called and runs.</summary>
internal static class NodeIdentity
{
    public static string Name { get; } = Environment.MachineName;

    public static string Version { get; } =
        typeof(NodeIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
