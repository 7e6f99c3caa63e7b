namespace Chat.Admin.Access;

/// <summary>Length counts, composition does not; what everybody tries first is refused.</summary>
internal static class PasswordRules
{
    public const int Least = 12;
    private const int Most = 128;

    private static readonly string[] Common = ["password", "passwort", "123456", "qwerty", "qwertz", "letmein", "admin", "welcome", "changeme", "chat"];

    /// <summary>Null when it will do, else why not.</summary>
    public static string? Problem(string password, string name)
    {
        if (password.Length < Least)
        {
            return $"A password has at least {Least} characters.";
        }

        if (password.Length > Most)
        {
            return $"A password has at most {Most} characters.";
        }

        if (password.Distinct().Count() < 5)
        {
            return "That is too few different characters.";
        }

        var rest = Common.Append(name.ToLowerInvariant()).Aggregate(password.ToLowerInvariant(), (text, word) => text.Replace(word, "", StringComparison.Ordinal));
        return rest.Count(char.IsLetterOrDigit) < 6 ? "That is among the first that anybody tries." : null;
    }
}
