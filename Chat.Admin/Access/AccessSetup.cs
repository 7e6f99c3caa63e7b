using Chat.Admin.Access.Codes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Chat.Admin.Frame;
using Microsoft.Extensions.Options;

namespace Chat.Admin.Access;

internal static class AccessSetup
{
    public const string SignInPath = "/admin/login";
    public const string HealthPath = "/healthchecks-ui";
    public const string PublicHealthPath = HealthPath + "/public";

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
            // Idleness is the session's, in the book: a page that is worked with for hours renews no cookie.
            cookie.ExpireTimeSpan = settings.SessionLifetime;
            cookie.SlidingExpiration = false;
            cookie.Cookie = Cookie(secure ? "__Host-chat-console" : "chat-console", secure);
            cookie.Events.OnValidatePrincipal = ValidateAsync;
            cookie.Events.OnRedirectToLogin = SendOnAsync;
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

    /// <summary>Somebody asks for a page. What an open page asks for by itself (its circuit, whether the console is back) is no use of it.</summary>
    internal static bool IsUse(PathString path) =>
        (path.StartsWithSegments("/admin") || path.StartsWithSegments(HealthPath)) && !path.StartsWithSegments(PublicHealthPath) && !path.StartsWithSegments(FrameSetup.AlivePath);

    // Where the health may be read by everybody, who is nobody gets that alone; the way to the sign-in is on it.
    private static Task SendOnAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        var isOpen = context.HttpContext.RequestServices.GetRequiredService<IOptions<AdminOptions>>().Value.AnonymousHealth;
        context.Response.Redirect(isOpen && context.Request.Path.Equals(HealthPath, StringComparison.OrdinalIgnoreCase) ? PublicHealthPath : context.RedirectUri);
        return Task.CompletedTask;
    }

    // The cookie only names a session: what the user may is looked up with every request.
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var services = context.HttpContext.RequestServices;
        var users = services.GetRequiredService<UserBook>();
        var id = context.Principal?.FindFirst(Actor.SessionClaim)?.Value;
        if (users.Resolve(id) is { } found)
        {
            if (IsUse(context.Request.Path))
            {
                users.Touch(id);
            }

            context.ReplacePrincipal(Actor.PrincipalOf(found.User, found.Session, CookieAuthenticationDefaults.AuthenticationScheme));
            return;
        }

        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync();
    }
}
