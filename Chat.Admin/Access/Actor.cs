using System.Security.Claims;

namespace Chat.Admin.Access;

/// <summary>Who acts, as the session says.</summary>
internal sealed record Actor(string Name, Role Role, string SessionId, string Address)
{
    public const string SessionClaim = "session";
    public const string AddressClaim = "address";

    public static Actor? Of(ClaimsPrincipal principal) =>
        principal.Identity is { IsAuthenticated: true, Name: { } name }
        && Enum.TryParse<Role>(principal.FindFirstValue(ClaimTypes.Role), out var role)
        && principal.FindFirstValue(SessionClaim) is { } session
            ? new(name, role, session, principal.FindFirstValue(AddressClaim) ?? "unknown")
            : null;

    public static ClaimsPrincipal PrincipalOf(ConsoleUser user, ConsoleSession session, string scheme) => new(new ClaimsIdentity(
        [
            new(ClaimTypes.Name, user.Name),
            new(ClaimTypes.Role, $"{user.Role}"),
            new(SessionClaim, session.Id),
            new(AddressClaim, session.Address),
        ],
        scheme));

    public bool May(Role least) => Role >= least;
}
