using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Chat.Server.Alerts;

/// <summary>Section <c>Alerts</c>: when rules are judged, and who is told how often.</summary>
internal sealed class AlertsOptions
{
    public const string Section = "Alerts";

    /// <summary>Folder of the state that survives a restart; empty keeps it in memory only.</summary>
    public string Folder { get; set; } = "data/alerts";

    /// <summary>How often critical rules are judged.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan CriticalEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the other rules are judged.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan WarningEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the first notification of a critical alert waits for others of its group.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan CriticalGroupWait { get; set; } = TimeSpan.Zero;

    /// <summary>The same of a warning.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan WarningGroupWait { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Least time between two notifications of one group that has changed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan GroupInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>After how long a critical group that is unchanged and that nobody acknowledged is told again.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan CriticalRepeat { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>The same of a warning.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan WarningRepeat { get; set; } = TimeSpan.FromHours(4);

    /// <summary>How long alerts that have ended are kept for the history.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan KeepHistory { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Names this node in notifications; empty means the machine's name.</summary>
    public string Instance { get; set; } = "";

    /// <summary>Where the console is reached from outside; links in notifications begin with it.</summary>
    [Url]
    public string ExternalUrl { get; set; } = "http://localhost:5082";

    /// <summary>
    /// Absolute address where you keep docs/operations.md or a runbook of your own; <c>#rulename</c> is added. Empty: notifications say nothing of a runbook.
    /// </summary>
    public string RunbookUrl { get; set; } = "";

    /// <summary>Null when none is configured.</summary>
    public string? RunbookOf(string rule) => RunbookUrl.Length > 0 ? $"{RunbookUrl}#{rule.ToLowerInvariant()}" : null;

    /// <summary>Rules that differ from their defaults, by name.</summary>
    public Dictionary<string, RuleOptions> Rules { get; set; } = [];

    /// <summary>Addresses that are told.</summary>
    [ValidateEnumeratedItems]
    public List<WebhookOptions> Webhooks { get; set; } = [];

    /// <summary>The server that takes mail.</summary>
    [ValidateObjectMembers]
    public SmtpOptions Smtp { get; set; } = new();

    /// <summary>Retries of notifications, of each channel for itself.</summary>
    [ValidateObjectMembers]
    public OutboxOptions Outbox { get; set; } = new();
}

/// <summary>What is left out holds as the rule has it.</summary>
internal sealed class RuleOptions
{
    /// <summary>Whether the rule is judged at all.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>What the value must pass; its unit is the rule's.</summary>
    public double? Threshold { get; set; }

    /// <summary>Once firing it ends only beyond this value.</summary>
    public double? ResolveThreshold { get; set; }

    /// <summary>How long the condition must hold before the alert fires.</summary>
    public TimeSpan? For { get; set; }

    /// <summary>How long the condition must be gone before it ends.</summary>
    public TimeSpan? KeepFiringFor { get; set; }

    /// <summary>How far back a rule looks that counts or ranks what happened.</summary>
    public TimeSpan? Window { get; set; }
}

/// <summary>Somebody who is told by HTTP.</summary>
internal sealed class WebhookOptions
{
    /// <summary>What the channel is called, in the console and in metrics; other than <c>log</c> and <c>email</c>.</summary>
    [Required]
    [RegularExpression("^[A-Za-z0-9_-]{1,40}$")]
    public string Name { get; set; } = "webhook";

    /// <summary>An http or https address that reads Alertmanager's webhooks.</summary>
    [Required]
    public string Url { get; set; } = "";

    /// <summary>Signs the body: <c>X-Signature: sha256=</c> and the hex HMAC; empty sends none.</summary>
    public string Secret { get; set; } = "";

    /// <summary>How long one attempt may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>How mail is sent.</summary>
internal sealed class SmtpOptions
{
    /// <summary>The server that takes the mail; empty sends none.</summary>
    public string Host { get; set; } = "";

    /// <summary>Its port.</summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary>Whether the connection is encrypted before anything is said; a server that cannot gets no mail.</summary>
    public bool StartTls { get; set; } = true;

    /// <summary>Who signs in there; empty signs in nobody.</summary>
    public string User { get; set; } = "";

    /// <summary>Belongs in the environment.</summary>
    public string Password { get; set; } = "";

    /// <summary>The sender's address; needed when <see cref="Host"/> is set.</summary>
    public string From { get; set; } = "";

    /// <summary>The receivers' addresses; at least one when <see cref="Host"/> is set.</summary>
    public List<string> To { get; set; } = [];

    /// <summary>How long sending one mail may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);
}

/// <summary>What waits to be told.</summary>
internal sealed class OutboxOptions
{
    /// <summary>How often a notification is tried before it is given up.</summary>
    [Range(1, 20)]
    public int Attempts { get; set; } = 5;

    /// <summary>The pause before the second attempt; doubled before each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Notifications that may wait for one channel; the oldest gives way.</summary>
    [Range(1, 10_000)]
    public int MaxWaiting { get; set; } = 100;
}
