namespace Chat.Admin.Access;

/// <summary>Length counts, composition does not; what everybody tries first is refused.</summary>
internal static class PasswordRules
{
    public const int Least = 12;
    private const int Most = 128;

    internal static readonly string TooShort = $"A password has at least {Least} characters.";
    internal static readonly string TooLong = $"A password has at most {Most} characters.";
    internal const string TooPlain = "That is too few different characters.";
    internal const string TooCommon = "That is among the first that anybody tries.";

    private static readonly string[] Common = ["password", "passwort", "123456", "qwerty", "qwertz", "letmein", "admin", "welcome", "changeme", "chat"];

    /// <summary>Null when it will do, else why not.</summary>
    public static string? Problem(string password, string name)
    {
        if (password.Length < Least)
        {
            return TooShort;
        }

        if (password.Length > Most)
        {
            return TooLong;
        }

        if (password.Distinct().Count() < 5)
        {
            return TooPlain;
        }

        var rest = Common.Append(name.ToLowerInvariant()).Aggregate(password.ToLowerInvariant(), (text, word) => text.Replace(word, "", StringComparison.Ordinal));
        return rest.Count(char.IsLetterOrDigit) < 6 ? TooCommon : null;
    }
}
