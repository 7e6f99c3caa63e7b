using Chat.Admin.Access.Codes;
using Chat.Admin.ServerApi;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Chat.Admin.Access;

/// <summary>Signing in and out: plain form posts with an antiforgery token, never inside a circuit.</summary>
internal static class SignInEndpoints
{
    private const int LongestPassword = 200;

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        // [FromForm] makes the framework demand the antiforgery token.
        routes.MapPost("/admin/account/sign-in", SignInAsync).AllowAnonymous();
        routes.MapPost("/admin/account/code", CodeEndpoint.TakeAsync).AllowAnonymous();
        routes.MapPost("/admin/account/set-up", SetUpAsync).AllowAnonymous();
        routes.MapPost("/admin/account/sign-out", SignOutAsync).RequireAuthorization();
    }

    internal static async Task<IResult> SignInAsync(
        HttpContext context, [FromForm] string? name, [FromForm] string? password, [FromForm] string? to, UserBook users, HalfSignIn half, SignInLimiter limiter, IAuditTrail audit)
    {
        name = (name ?? "").Trim();
        var address = AddressOf(context);
        if (limiter.Wait(name, address) is { } wait)
        {
            return Back($"wait={Math.Ceiling(wait.TotalMinutes)}", to);
        }

        var user = name.Length <= 40 && password?.Length <= LongestPassword ? users.Check(name, password) : null;
        if (user is null)
        {
            limiter.Failed(name, address);
            audit.Record(new(name.Length > 40 ? name[..40] : name, "none", Masked(context)), "signin.refused", "console", "refused", "wrong name or password");
            return Back("failed=1", to);
        }

        // Failures are forgotten after the code only: who knows the password must not begin anew with guessing codes.
        if (user.Second is not null)
        {
            half.Begin(context, user);
            return Back("step=code", to);
        }

        limiter.Succeeded(name, address);
        await BeginAsync(context, users, user);
        audit.Record(new(user.Name, $"{user.Role}", Masked(context)), "signin", "console", "done");
        return Results.LocalRedirect(LocalPath(to));
    }

    private static async Task<IResult> SetUpAsync(
        HttpContext context, [FromForm] string? code, [FromForm] string? name, [FromForm] string? password, UserBook users, SetupCode codes, SignInLimiter limiter, IAuditTrail audit)
    {
        var address = AddressOf(context);
        if (!users.IsEmpty || limiter.Wait("set-up", address) is not null)
        {
            return Back(users.IsEmpty ? "wait=15" : "", null);
        }

        name = (name ?? "").Trim();
        if (!codes.Take(code ?? ""))
        {
            limiter.Failed("set-up", address);
            audit.Record(new("", "none", Masked(context)), "signin.refused", "console", "refused", "wrong or expired code");
            return Back("failed=1", null);
        }

        if (users.Add(name, password?.Length <= LongestPassword ? password : "", Role.Admin, onlyTheFirst: true) is { } problem)
        {
            return Back($"problem={SignInProblems.CodeOf(problem)}", null);
        }

        codes.Spend();
        await BeginAsync(context, users, users.Find(name)!);
        audit.Record(new(name, $"{Role.Admin}", Masked(context)), "user.create", $"user/{name}", "done");
        return Results.LocalRedirect("/admin");
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, [FromForm] bool? everywhere, UserBook users, IAuditTrail audit)
    {
        if (Actor.Of(context.User) is { } actor)
        {
            users.End(s => everywhere is true ? s.User == actor.Name : s.Id == actor.SessionId);
            audit.Record(new(actor.Name, $"{actor.Role}", actor.Address), "signout", everywhere is true ? "all sessions" : "console", "done");
        }

        await context.SignOutAsync();
        return Results.LocalRedirect(AccessSetup.SignInPath);
    }

    internal static async Task BeginAsync(HttpContext context, UserBook users, ConsoleUser user)
    {
        var session = users.Begin(user, Masked(context), Browser(context.Request.Headers.UserAgent.ToString()));
        var limits = context.RequestServices.GetRequiredService<IOptions<AdminOptions>>().Value;
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        users.End(s => !s.IsAlive(now, limits));
        await context.SignInAsync(Actor.PrincipalOf(user, session, CookieAuthenticationDefaults.AuthenticationScheme));
    }

    internal static IResult Back(string query, string? to) =>
        Results.LocalRedirect($"{AccessSetup.SignInPath}?{query}{(LocalPath(to) is var path && path != "/admin" ? $"&to={Uri.EscapeDataString(path)}" : "")}");

    /// <summary>A path of this console, whatever the form said.</summary>
    internal static string LocalPath(string? to) =>
        to is not null && (to.StartsWith("/admin", StringComparison.Ordinal) || to.StartsWith("/healthchecks-ui", StringComparison.Ordinal)) && !to.Contains('\\') && !to.Any(char.IsControl)
            ? to
            : "/admin";

    internal static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";

    internal static string Masked(HttpContext context) => Addresses.Mask(context.Connection.RemoteIpAddress);

    private static string Browser(string agent)
    {
        string[] known = ["Firefox", "Edg", "Chrome", "Safari"];
        var name = known.FirstOrDefault(k => agent.Contains(k, StringComparison.Ordinal)) ?? "other";
        string[] systems = ["Windows", "Android", "iPhone", "Mac OS", "Linux"];
        return $"{(name == "Edg" ? "Edge" : name)}, {systems.FirstOrDefault(k => agent.Contains(k, StringComparison.Ordinal)) ?? "other"}";
    }
}
