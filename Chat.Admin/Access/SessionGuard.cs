using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.Options;

namespace Chat.Admin.Access;

/// <summary>An open page asks again and again whether its session is still good, and not left alone for too long; the framework's half hour would be too long.</summary>
internal sealed class SessionGuard(UserBook users, IOptions<AdminOptions> options, ILoggerFactory loggers) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => options.Value.RevalidateEvery;

    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        Task.FromResult(Actor.Of(authenticationState.User) is { } actor && IsGood(actor));

    private bool IsGood(Actor actor) =>
        users.Resolve(actor.SessionId) is { } found && found.User.Role == actor.Role;
}
