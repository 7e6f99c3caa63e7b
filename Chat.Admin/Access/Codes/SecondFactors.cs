using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Chat.Admin.Access.Codes;

/// <summary>Turns a user's second factor on and off, and checks codes. Each code counts once, whoever else asks at the same moment.</summary>
internal sealed partial class SecondFactors(UserBook users, IDataProtectionProvider protection, TimeProvider time, ILogger<SecondFactors> logger)
{
    private readonly IDataProtector _protector = protection.CreateProtector("chat-console/second-factor");

    /// <summary>The recovery codes, shown this once; null when the code is not one of this secret, or there is another already. Ends the user's other sessions.</summary>
    public IReadOnlyList<string>? TurnOn(string name, byte[] secret, string code, string? exceptSession)
    {
        if (users.Find(name)?.Second is not null || OneTimeCodes.StepOf(secret, Plain(code), time.GetUtcNow(), usedUpTo: 0) is not { } step)
        {
            return null;
        }

        var recovery = RecoveryCodes.Make();
        var second = new SecondFactor(Convert.ToBase64String(_protector.Protect(secret)), step, Hashes(recovery), time.GetUtcNow());
        return users.SetSecond(name, second, exceptSession) is null ? recovery : null;
    }

    /// <summary>New ones; the old ones are no longer good.</summary>
    public IReadOnlyList<string>? RenewRecovery(string name)
    {
        var recovery = RecoveryCodes.Make();
        return users.Alter(name, user => user.Second is { } second ? user with { Second = second with { Recovery = Hashes(recovery) } } : null) ? recovery : null;
    }

    /// <summary>Uses the code up when it is good.</summary>
    public CodeOutcome Use(string name, string code)
    {
        var outcome = CodeOutcome.Wrong;
        users.Alter(name, user =>
        {
            if (user.Second is not { } second)
            {
                return null;
            }

            if (SecretOf(name, second) is { } secret && OneTimeCodes.StepOf(secret, Plain(code), time.GetUtcNow(), second.UsedUpTo) is { } step)
            {
                outcome = CodeOutcome.Code;
                return user with { Second = second with { UsedUpTo = step } };
            }

            if (RecoveryCodes.HashOf(code) is { } hash && second.Recovery.Contains(hash))
            {
                outcome = CodeOutcome.Recovery;
                return user with { Second = second with { Recovery = [.. second.Recovery.Where(h => h != hash)] } };
            }

            return null;
        });
        return outcome;
    }

    // Apps show "123 456".
    private static string Plain(string code) => code.Length <= 20 ? code.Replace(" ", "", StringComparison.Ordinal) : "";

    private static IReadOnlyList<string> Hashes(IReadOnlyList<string> codes) => [.. codes.Select(c => RecoveryCodes.HashOf(c)!)];

    private byte[]? SecretOf(string name, SecondFactor second)
    {
        try
        {
            return _protector.Unprotect(Convert.FromBase64String(second.Secret));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            // The folder "keys" is another one: recovery codes still let in, and an admin can turn the factor off.
            Log.SecretUnreadable(logger, name, e);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4030, LogLevel.Error, "The secret of {Name}'s one-time codes cannot be read with the keys in this folder", EventName = "SecretUnreadable")]
        public static partial void SecretUnreadable(ILogger logger, string name, Exception exception);
    }
}
