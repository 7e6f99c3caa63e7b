using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Access;

/// <summary>Section <c>Auth</c>: who may connect, and from where.</summary>
internal sealed class AuthOptions
{
    public const string Section = "Auth";

    /// <summary>OpenID Connect issuer whose tokens are taken; its keys are fetched from there.</summary>
    public string Authority { get; set; } = "";

    /// <summary>Key of HS256 tokens, 32 bytes or more in UTF-8; instead of <see cref="Authority"/>.</summary>
    public string SigningKey { get; set; } = "";

    /// <summary>When set, a token must name it as <c>aud</c>.</summary>
    public string Audience { get; set; } = "";

    /// <summary>When set, a token must name it as <c>iss</c>; with an authority its own issuer is demanded anyway.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>Origins whose pages may use the hub, such as <c>https://chat.example.org</c>. The server's own always may.</summary>
    public string[] AllowedOrigins { get; set; } = [];

    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) of reverse proxies whose <c>X-Forwarded-*</c> headers are believed.</summary>
    public string[] KnownProxies { get; set; } = [];

    /// <summary>A proxy in front ends TLS, so that plain HTTP from other machines is taken outside Development too.</summary>
    public bool BehindProxy { get; set; }

    /// <summary>How long a token of <c>POST /api/token</c> (Development) lives unless it is asked for otherwise.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan DevelopmentTokenLifetime { get; set; } = TimeSpan.FromHours(12);
}
