namespace Chat.Admin.Access.Codes;

/// <summary>What a user's codes are checked against.</summary>
/// <param name="Secret">Protected by keys that are kept beside the file and not in it.</param>
/// <param name="UsedUpTo">The step of the last code that let somebody in: no code is good twice.</param>
/// <param name="Recovery">Hashes of the recovery codes that are left.</param>
internal sealed record SecondFactor(string Secret, long UsedUpTo, IReadOnlyList<string> Recovery, DateTimeOffset Since);

/// <summary>What a code was.</summary>
internal enum CodeOutcome
{
    Wrong,
    Code,
    Recovery,
}
