namespace Chat.Bench.Targets;

/// <summary>Finds the product's binaries of the same build beside this project's own.</summary>
internal static class ServerBinaries
{
    public const string Name = "Chat.Server.dll";

    /// <summary>The path under which the server is, or would be once it is built.</summary>
    public static string Find()
    {
        // …/Chat.Bench/bin/Release/net10.0/ → …/Chat.Server/bin/Release/net10.0/
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var (framework, configuration) = (own.Name, own.Parent?.Name ?? "");
        var solution = own.Parent?.Parent?.Parent?.Parent?.FullName ?? own.FullName;
        return Path.Combine(solution, "Chat.Server", "bin", configuration, framework, Name);
    }
}
