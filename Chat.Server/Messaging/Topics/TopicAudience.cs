using System.Security.Claims;
using Chat.Server.Access;

namespace Chat.Server.Messaging.Topics;

/// <summary>Who is meant by a rule: <c>everyone</c>, <c>service</c>, <c>role:NAME</c>, <c>user:NAME</c>.</summary>
internal sealed class TopicAudience
{
    private const string Role = "role:";
    private const string User = "user:";

    private readonly List<Func<ClaimsPrincipal, bool>> _anyOf = [];

    /// <summary>Null when a word is none of these.</summary>
    public static TopicAudience? Parse(string? words)
    {
        var audience = new TopicAudience();
        foreach (var word in (words ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            Func<ClaimsPrincipal, bool>? member = word switch
            {
                "everyone" => static _ => true,
                "service" => Callers.IsService,
                _ when word.Length > Role.Length && word.StartsWith(Role, StringComparison.Ordinal) => caller => Callers.HasRole(caller, word[Role.Length..]),
                _ when word.Length > User.Length && word.StartsWith(User, StringComparison.Ordinal) => caller => caller.HasClaim("sub", word[User.Length..]),
                _ => null,
            };
            if (member is null)
            {
                return null;
            }

            audience._anyOf.Add(member);
        }

        return audience;
    }

    public bool Includes(ClaimsPrincipal caller)
    {
        foreach (var member in _anyOf)
        {
            if (member(caller))
            {
                return true;
            }
        }

        return false;
    }
}
