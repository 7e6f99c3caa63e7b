using System.Reflection;
using System.Runtime.InteropServices;

namespace Chat.Contracts.Management;

/// <summary>What a program is made of.</summary>
public sealed record AboutAnswer
{
    /// <summary>Its version.</summary>
    public string Version { get; init; } = "";

    /// <summary>The commit that it was built from; empty when the build did not know it.</summary>
    public string Commit { get; init; } = "";

    /// <summary>The runtime that it runs on.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>The operating system and the processor's kind.</summary>
    public string System { get; init; } = "";

    /// <summary>The packages that go out with it, by name.</summary>
    public IReadOnlyList<PackageView> Packages { get; init; } = [];

    /// <summary>What the build has written into a program's assembly, and what it runs on.</summary>
    public static AboutAnswer Of(Assembly program)
    {
        const string mark = "Package ";
        var version = (program.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "").Split('+');
        return new()
        {
            Version = version[0],
            Commit = version.Length > 1 ? version[1] : "",
            Runtime = RuntimeInformation.FrameworkDescription,
            System = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
            Packages =
            [
                .. program.GetCustomAttributes<AssemblyMetadataAttribute>()
                    .Where(a => a.Key.StartsWith(mark, StringComparison.Ordinal))
                    .Select(a => (Name: a.Key[mark.Length..], Words: (a.Value ?? "").Split(' ', 2)))
                    .Select(p => new PackageView(p.Name, p.Words[0], p.Words.Length > 1 ? p.Words[1].Trim() : ""))
                    .OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase),
            ],
        };
    }
}

/// <summary>A package that goes out with a program.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Licence">As the package says: <c>MIT</c>, an address, or the name of a file of the package; empty when it says nothing.</param>
public sealed record PackageView(string Name, string Version, string Licence);
