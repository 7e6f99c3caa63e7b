using System.Security.Cryptography;
using System.Text;

namespace Chat.Admin.Access.Codes;

/// <summary>
/// For the day when the telephone is gone: each lets in once. Random enough (80 bits) that a plain hash keeps them.
/// </summary>
internal static class RecoveryCodes
{
    public const int Count = 10;

    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int Length = 16;

    public static IReadOnlyList<string> Make() =>
        [.. Enumerable.Range(0, Count).Select(_ => string.Join('-', RandomNumberGenerator.GetString(Letters, Length).Chunk(4).Select(part => new string(part))))];

    /// <summary>Null when it has not the form of one.</summary>
    public static string? HashOf(string code)
    {
        var plain = new string([.. code.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit)]);
        return plain.Length == Length ? Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(plain))) : null;
    }
}
