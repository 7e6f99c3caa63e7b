using Chat.Admin.Access.Codes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Chat.Admin.Access;

internal static class AccessSetup
{
    public const string SignInPath = "/admin/login";

    public static void AddConsoleAccess(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection(AdminOptions.Section).Get<AdminOptions>() ?? new AdminOptions();
        var secure = Transport.IsSecure(builder.Configuration, settings);
        var services = builder.Services;
        services.AddSingleton(provider => new UserBook(provider.GetRequiredService<IOptions<AdminOptions>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SetupCode>();
        services.AddSingleton<SignInLimiter>();
        services.AddSingleton<SecondFactors>();
        services.AddSingleton<HalfSignIn>();
        services.AddSingleton<CircuitCount>();
        services.AddScoped<UserAdmin>();
        services.AddScoped<AuthenticationStateProvider, SessionGuard>();
        services.AddCascadingAuthenticationState();
        services.AddDataProtection().SetApplicationName("chat-console").PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(settings.Folder, "keys")));
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.LoginPath = SignInPath;
            cookie.AccessDeniedPath = "/admin/denied";
            cookie.ReturnUrlParameter = "to";
            cookie.ExpireTimeSpan = settings.SessionIdle;
            cookie.SlidingExpiration = true;
            cookie.Cookie = Cookie(secure ? "__Host-chat-console" : "chat-console", secure);
            cookie.Events.OnValidatePrincipal = ValidateAsync;
        });
        services.AddAuthorizationBuilder()
            .AddPolicy(nameof(Role.Viewer), policy => policy.RequireRole(nameof(Role.Viewer), nameof(Role.Operator), nameof(Role.Admin)))
            .AddPolicy(nameof(Role.Operator), policy => policy.RequireRole(nameof(Role.Operator), nameof(Role.Admin)))
            .AddPolicy(nameof(Role.Admin), policy => policy.RequireRole(nameof(Role.Admin)));
        services.AddAntiforgery(antiforgery => antiforgery.Cookie = Cookie(secure ? "__Host-chat-console-form" : "chat-console-form", secure));
        if (settings.BehindProxy)
        {
            services.Configure<ForwardedHeadersOptions>(forwarded => Proxies.Apply(forwarded, settings));
        }
    }

    internal static CookieBuilder Cookie(string name, bool secure) => new()
    {
        Name = name,
        HttpOnly = true,
        IsEssential = true,
        Path = "/",
        SameSite = SameSiteMode.Strict,
        SecurePolicy = secure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest,
    };

    // The cookie only names a session: what the user may is looked up with every request.
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var services = context.HttpContext.RequestServices;
        var lifetime = services.GetRequiredService<IOptions<AdminOptions>>().Value.SessionLifetime;
        var id = context.Principal?.FindFirst(Actor.SessionClaim)?.Value;
        if (services.GetRequiredService<UserBook>().Resolve(id, lifetime) is { } found)
        {
            context.ReplacePrincipal(Actor.PrincipalOf(found.User, found.Session, CookieAuthenticationDefaults.AuthenticationScheme));
            return;
        }

        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync();
    }
}
