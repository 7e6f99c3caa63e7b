using System.Net;
using System.Text;
using Microsoft.Extensions.Options;

namespace Chat.Server.Access;

/// <summary>Refuses to start with nothing, with too much, or with a key that others know.</summary>
internal sealed class AuthOptionsValidator(IHostEnvironment environment) : IValidateOptions<AuthOptions>
{
    public const int MinKeyBytes = 32;

    // Marks of keys that were copied from a page instead of made.
    private static readonly string[] SampleMarks =
        ["sample", "example", "change", "your-", "your_", "placeholder", "development", "secret", "password", "signing", "key-"];

    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        var failures = new List<string>();
        var hasKey = options.SigningKey.Length > 0;
        var hasAuthority = options.Authority.Length > 0;
        if (hasKey && hasAuthority)
        {
            failures.Add("Auth:Authority and Auth:SigningKey are both set; keep one.");
        }

        if (!hasKey && !hasAuthority && !environment.IsDevelopment())
        {
            failures.Add("Set Auth:Authority (OpenID Connect) or Auth:SigningKey (HS256, for instance from `openssl rand -base64 48`).");
        }

        if (hasKey && Encoding.UTF8.GetByteCount(options.SigningKey) < MinKeyBytes)
        {
            failures.Add($"Auth:SigningKey is shorter than {MinKeyBytes} bytes; make one with `openssl rand -base64 48`.");
        }
        else if (hasKey && !environment.IsDevelopment() && IsSample(options.SigningKey))
        {
            failures.Add("Auth:SigningKey looks like a sample; make one with `openssl rand -base64 48`.");
        }

        if (hasAuthority && !(Uri.TryCreate(options.Authority, UriKind.Absolute, out var authority)
            && (authority.Scheme == Uri.UriSchemeHttps || (environment.IsDevelopment() && authority.Scheme == Uri.UriSchemeHttp))))
        {
            failures.Add("Auth:Authority must be an https address.");
        }

        foreach (var origin in options.AllowedOrigins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin.TrimEnd('/'))
            {
                failures.Add($"Auth:AllowedOrigins: '{origin}' is not an origin such as https://chat.example.org.");
            }
        }

        foreach (var proxy in options.KnownProxies)
        {
            if (!IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _))
            {
                failures.Add($"Auth:KnownProxies: '{proxy}' is neither an IP address nor a network such as 10.0.0.0/8.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>Made by a person: a telling word in it, or few different characters.</summary>
    internal static bool IsSample(string key) =>
        key.Distinct().Count() < 12 || SampleMarks.Any(mark => key.Contains(mark, StringComparison.OrdinalIgnoreCase));
}
