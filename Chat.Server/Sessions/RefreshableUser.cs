using System.Security.Claims;
using System.Security.Principal;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Sessions;

/// <summary>
/// Who a connection is of. SignalR remembers the principal that it saw first; this one is seen first and passes everything on to the
/// principal of the newest token, so that new claims hold for the next call.
/// </summary>
internal sealed class RefreshableUser(ClaimsPrincipal first) : ClaimsPrincipal
{
    private volatile ClaimsPrincipal _current = first;

    public override IEnumerable<Claim> Claims => _current.Claims;

    public override IEnumerable<ClaimsIdentity> Identities => _current.Identities;

    public override IIdentity? Identity => _current.Identity;

    public static RefreshableUser? Of(HubConnectionContext connection) => connection.User as RefreshableUser;

    public void Replace(ClaimsPrincipal next) => _current = next;

    public override IEnumerable<Claim> FindAll(Predicate<Claim> match) => _current.FindAll(match);

    public override IEnumerable<Claim> FindAll(string type) => _current.FindAll(type);

    public override Claim? FindFirst(Predicate<Claim> match) => _current.FindFirst(match);

    public override Claim? FindFirst(string type) => _current.FindFirst(type);

    public override bool HasClaim(Predicate<Claim> match) => _current.HasClaim(match);

    public override bool HasClaim(string type, string value) => _current.HasClaim(type, value);

    public override bool IsInRole(string role) => _current.IsInRole(role);

    public override ClaimsPrincipal Clone() => _current.Clone();
}

internal static class RefreshableUserConnections
{
    /// <summary>Has the hub see a user whose token can be replaced.</summary>
    public static IConnectionBuilder UseRefreshableUser(this IConnectionBuilder connections) => connections.Use(next => connection =>
    {
        if (connection.Features.Get<IConnectionUserFeature>() is { User: { } user } feature)
        {
            feature.User = new RefreshableUser(user);
        }

        return next(connection);
    });
}
