using System.ComponentModel.DataAnnotations;

namespace Chat.Admin;

/// <summary>Section <c>Admin</c>: what the console itself is told. Where it listens is <c>Console:Url</c> of the server, or <c>ASPNETCORE_URLS</c>.</summary>
internal sealed class AdminOptions
{
    public const string Section = "Admin";

    /// <summary>Users, sessions and the keys that sign the cookies; under the working directory.</summary>
    [Required]
    public string Folder { get; set; } = "data/console";

    /// <summary>How long the code holds that makes the first user.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan SetupCodeLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>A session ends after so long, whatever happens.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "7.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>A session that nobody uses ends after so long.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan SessionIdle { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How soon an open page notices that its session was revoked or its user changed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan RevalidateEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Failed sign-ins for a name from an address, within <see cref="SignInWindow"/>, that close the door to both.</summary>
    [Range(1, 1000)]
    public int SignInAttempts { get; set; } = 5;

    /// <summary>How long a failed sign-in counts.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan SignInWindow { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Pages open at once.</summary>
    [Range(1, 1000)]
    public int MaxCircuits { get; set; } = 50;

    /// <summary>Whether an admin may look at a message's body at all.</summary>
    public bool RevealBodies { get; set; } = true;

    /// <summary>Whether the health checks, and nothing else, may be read without signing in.</summary>
    public bool AnonymousHealth { get; set; }

    /// <summary>TLS ends at a proxy in front; without it plain HTTP is served on loopback only.</summary>
    public bool BehindProxy { get; set; }

    /// <summary>Who may say, with <c>BehindProxy</c>, where a request came from and that it was TLS: addresses, or networks such as 10.0.0.0/8. Empty: a proxy on this machine.</summary>
    public string[] KnownProxies { get; set; } = [];

    /// <summary>Plain HTTP is served on every address: for a container whose port is published to its own machine alone.</summary>
    public bool PlainHttp { get; set; }

    /// <summary>Shows, beside the configured <c>Nodes</c>, those that announce themselves in their database (<c>Management:PublicUrl</c>); they are asked with the key of the first of <c>Nodes</c>.</summary>
    public bool FindNodes { get; set; }
}
