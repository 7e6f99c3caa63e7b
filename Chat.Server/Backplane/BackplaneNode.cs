using System.Security.Cryptography;
using System.Text;

namespace Chat.Server.Backplane;

/// <summary>Who this process is on the bus; new with every start, so that a successor is never taken for the dead.</summary>
internal sealed class BackplaneNode(string? siblings = null)
{
    public Guid Id { get; } = Guid.NewGuid();

    public string Name => Id.ToString("N");

    /// <summary>The same for all workers of one supervisor, who reach each other without Redis; a process alone is its own.</summary>
    public string Group => _group ??= siblings is null ? Name : Digest($"{Environment.MachineName}\n{siblings}");

    private string? _group;

    // It travels: paths and names of machines are nobody's business.
    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
}
