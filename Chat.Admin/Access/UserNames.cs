using System.Text.RegularExpressions;

namespace Chat.Admin.Access;

internal static partial class UserNames
{
    public const string Bad = "A name has 2 to 40 letters, digits, dots, dashes or underscores.";

    public static bool IsGood(string name) => Allowed().IsMatch(name);

    [GeneratedRegex(@"^[\p{L}\p{N}._\-]{2,40}\z")]
    private static partial Regex Allowed();
}
