using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

internal enum ChildKind
{
    /// <summary>Says hello, beats and drains over the control socket.</summary>
    Worker,

    /// <summary>Only started, restarted and stopped. It should leave when its standard input ends: that is how it learns that the supervisor died.</summary>
    Companion,
}

/// <summary>A process to be kept alive.</summary>
internal sealed record ChildProcess(string Id, ChildKind Kind, string FileName, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The program that runs now, with other arguments: by its own launcher or through <c>dotnet</c>, as it was started itself.</summary>
    public static (string FileName, IReadOnlyList<string> Arguments) Program(string dll, IEnumerable<string> arguments)
    {
        var host = System.Environment.ProcessPath ?? throw new StartRefusedException(ExitCodes.Software, "The path of this program is unknown, so no worker can be started.");
        var isDotnet = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        var launcher = Path.ChangeExtension(dll, OperatingSystem.IsWindows() ? ".exe" : null);
        return !isDotnet && File.Exists(launcher)
            ? (launcher, [.. arguments])
            : (isDotnet ? host : "dotnet", [dll, .. arguments]);
    }
}
