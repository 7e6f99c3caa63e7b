using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Chat.Admin.Access.Codes;

/// <summary>
/// Remembers in a cookie that the password was right while the code is asked for. It opens nothing by itself, holds for a few
/// minutes, and no longer than the user stays as it was.
/// </summary>
internal sealed class HalfSignIn(UserBook users, IDataProtectionProvider protection, IConfiguration configuration, IOptions<AdminOptions> options, TimeProvider time)
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly IDataProtector _protector = protection.CreateProtector("chat-console/half-sign-in");
    private readonly CookieBuilder _cookie = Transport.IsSecure(configuration, options.Value)
        ? AccessSetup.Cookie("__Host-chat-console-step", secure: true)
        : AccessSetup.Cookie("chat-console-step", secure: false);

    public void Begin(HttpContext context, ConsoleUser user) =>
        context.Response.Cookies.Append(_cookie.Name!, _protector.Protect(JsonSerializer.Serialize(new Ticket(user.Name, user.Version, time.GetUtcNow()))), _cookie.Build(context));

    /// <summary>Whose password was given; null when nobody's, or too long ago.</summary>
    public ConsoleUser? Of(HttpContext context)
    {
        if (context.Request.Cookies[_cookie.Name!] is not { Length: > 0 and < 2000 } text)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<Ticket>(_protector.Unprotect(text)) is { } ticket
                && time.GetUtcNow() - ticket.At < Lifetime
                && users.Find(ticket.Name) is { Disabled: false } user
                && user.Version == ticket.Version
                    ? user
                    : null;
        }
        catch (CryptographicException)
        {
            // Not of ours, or of keys that are gone.
            return null;
        }
    }

    public void End(HttpContext context) => context.Response.Cookies.Delete(_cookie.Name!, _cookie.Build(context));

    private sealed record Ticket(string Name, int Version, DateTimeOffset At);
}
