namespace Chat.Admin.Access;

/// <summary>
/// What the sign-in page may be told by its address. The address has a code and never the text: whoever sends somebody a link to
/// this page could otherwise put words of their own beside the field for the password.
/// </summary>
internal static class SignInProblems
{
    public const string Unknown = "That did not work. Try again.";

    public const string TooLate = "That took too long. Give your password again.";

    public const string Ended = "ended";

    private static readonly (string Code, string Text)[] Known =
    [
        ("too-late", TooLate),
        (Ended, "Your session has ended. Sign in again."),
        ("name", UserNames.Bad),
        ("name-taken", UserBook.NameTaken),
        ("not-the-first", UserBook.NotTheFirst),
        ("password-short", PasswordRules.TooShort),
        ("password-long", PasswordRules.TooLong),
        ("password-plain", PasswordRules.TooPlain),
        ("password-common", PasswordRules.TooCommon),
    ];

    public static string CodeOf(string text) => Array.Find(Known, k => k.Text == text).Code ?? "other";

    public static string TextOf(string code) => Array.Find(Known, k => k.Code == code).Text ?? Unknown;
}
