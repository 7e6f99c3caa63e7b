using System.Security.Cryptography;

namespace Chat.Server.Workers;

/// <summary>What the console shows to the management API; made anew at every start and known to nobody else.</summary>
internal sealed record ConsoleCredential(string Value)
{
    public static ConsoleCredential New() => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
}
