using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Management;

/// <summary>Section <c>Management</c>: where the management API listens, who may call it, where the audit log lies.</summary>
internal sealed class ManagementOptions
{
    public const string Section = "Management";

    /// <summary>Where it listens; anything but loopback needs <see cref="Keys"/>, and https or <see cref="PlainHttp"/>.</summary>
    [Required]
    public string Url { get; set; } = "http://localhost:5081";

    /// <summary>Where a console on another machine reaches it, such as <c>https://node-1:5081</c>: announced in the database, so that the console finds the node by itself. Empty: not announced.</summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>Plain HTTP is served on every address, keys and all: for a network of containers alone, or where a proxy in front speaks TLS.</summary>
    public bool PlainHttp { get; set; }

    /// <summary>Who may call. None: callers of this machine are admins.</summary>
    public ManagementKey[] Keys { get; set; } = [];

    /// <summary>Where the audit log lies, relative to the working directory.</summary>
    [Required]
    public string AuditFolder { get; set; } = "data/audit";

    /// <summary>A file of the audit log that has grown to this is followed by the next; none is ever removed.</summary>
    [Range(64 * 1024, int.MaxValue)]
    public int AuditFileBytes { get; set; } = 50 * 1024 * 1024;

    /// <summary>Where settings that were changed while running are kept over a restart, relative to the working directory; empty: nowhere.</summary>
    public string SettingsFile { get; set; } = "data/settings.json";

    /// <summary>Whether admins may see a message's body, one at a time and with a reason.</summary>
    public bool RevealBodies { get; set; } = true;

    /// <summary>Live feeds at a time.</summary>
    [Range(1, 1000)]
    public int LiveFeeds { get; set; } = 60;
}

/// <summary>Who may call. The key belongs in the environment.</summary>
internal sealed class ManagementKey
{
    /// <summary>What the audit log calls its bearer; 1 to 50 printable characters, each name once.</summary>
    public string Name { get; set; } = "";

    /// <summary><c>viewer</c>, <c>operator</c> or <c>admin</c>.</summary>
    public string Role { get; set; } = "";

    /// <summary>32 characters or more, for instance from <c>openssl rand -hex 32</c>.</summary>
    public string Key { get; set; } = "";

    /// <summary>Its bearer is a console that tells for whom it acts.</summary>
    public bool Delegates { get; set; }
}
