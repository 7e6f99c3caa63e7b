using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Chat.Admin.Access;

/// <summary>PBKDF2 by the framework's own hasher.</summary>
internal sealed class PasswordHashes
{
    public const int Iterations = 210_000;

    private readonly PasswordHasher<string> _hasher;

    // Checked when there is no such user, so that a wrong name takes as long as a wrong password.
    private readonly string _decoy;

    public PasswordHashes(int iterations)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
        _decoy = Of(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));
    }

    public string Of(string password) => _hasher.HashPassword("", password);

    /// <summary>Takes as long whether there is a hash or not.</summary>
    public bool Matches(string? hash, string password) =>
        _hasher.VerifyHashedPassword("", hash ?? _decoy, password) is not PasswordVerificationResult.Failed && hash is not null;
}
