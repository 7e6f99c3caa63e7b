using Chat.Admin.ServerApi;
using Microsoft.AspNetCore.Mvc;

namespace Chat.Admin.Access.Codes;

/// <summary>The second step of signing in.</summary>
internal static class CodeEndpoint
{
    private const int LongestCode = 30;

    public static async Task<IResult> TakeAsync(
        HttpContext context, [FromForm] string? code, [FromForm] string? to, HalfSignIn half, SecondFactors second, UserBook users, SignInLimiter limiter, IAuditTrail audit)
    {
        if (half.Of(context) is not { Second: not null } user)
        {
            half.End(context);
            return SignInEndpoints.Back("problem=too-late", to);
        }

        // Who comes so far knows the password. So there is a limit for the user as well, against guessing from many addresses.
        var (address, everywhere) = (SignInEndpoints.AddressOf(context), $"codes of {user.Name}");
        if ((limiter.Wait(user.Name, address) ?? limiter.Wait(address, everywhere)) is { } wait)
        {
            return SignInEndpoints.Back($"step=code&wait={Math.Ceiling(wait.TotalMinutes)}", to);
        }

        var outcome = code?.Length <= LongestCode ? second.Use(user.Name, code) : CodeOutcome.Wrong;
        var who = new AuditActor(user.Name, $"{user.Role}", SignInEndpoints.Masked(context));
        if (outcome is CodeOutcome.Wrong)
        {
            limiter.Failed(user.Name, address);
            limiter.Failed(address, everywhere);
            audit.Record(who, "signin.refused", "console", "refused", "wrong code");
            return SignInEndpoints.Back("step=code&failed=1", to);
        }

        limiter.Succeeded(user.Name, address);
        limiter.Succeeded(address, everywhere);
        half.End(context);
        await SignInEndpoints.BeginAsync(context, users, user);
        audit.Record(who, "signin", "console", "done", outcome is CodeOutcome.Recovery ? "with a recovery code" : "with a one-time code");
        return Results.LocalRedirect(SignInEndpoints.LocalPath(to));
    }
}
