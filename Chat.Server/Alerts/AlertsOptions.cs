using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Chat.Server.Alerts;

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

    /// <summary>How long a first notification waits for company.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan CriticalGroupWait { get; set; } = TimeSpan.Zero;

    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan WarningGroupWait { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Least time between two notifications of one group that has changed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan GroupInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A group that is unchanged and that nobody acknowledged is told again.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan CriticalRepeat { get; set; } = TimeSpan.FromMinutes(30);

    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan WarningRepeat { get; set; } = TimeSpan.FromHours(4);

    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan KeepHistory { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Names this node in notifications; empty means the machine's name.</summary>
    public string Instance { get; set; } = "";

    /// <summary>Where the console is reached from outside; links in notifications begin with it.</summary>
    [Url]
    public string ExternalUrl { get; set; } = "http://localhost:5082";

    /// <summary>Address of the runbook; <c>#rulename</c> is added.</summary>
    public string RunbookUrl { get; set; } = "docs/operations.md";

    /// <summary>Rules that differ from their defaults, by name.</summary>
    public Dictionary<string, RuleOptions> Rules { get; set; } = [];

    [ValidateEnumeratedItems]
    public List<WebhookOptions> Webhooks { get; set; } = [];

    [ValidateObjectMembers]
    public SmtpOptions Smtp { get; set; } = new();

    [ValidateObjectMembers]
    public OutboxOptions Outbox { get; set; } = new();
}

/// <summary>What is left out holds as the rule has it.</summary>
internal sealed class RuleOptions
{
    public bool Enabled { get; set; } = true;

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

internal sealed class WebhookOptions
{
    [Required]
    [RegularExpression("^[A-Za-z0-9_-]{1,40}$")]
    public string Name { get; set; } = "webhook";

    /// <summary>An http or https address that reads Alertmanager's webhooks.</summary>
    [Required]
    public string Url { get; set; } = "";

    /// <summary>Signs the body: <c>X-Signature: sha256=</c> and the hex HMAC; empty sends none.</summary>
    public string Secret { get; set; } = "";

    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

internal sealed class SmtpOptions
{
    /// <summary>Empty sends no mail.</summary>
    public string Host { get; set; } = "";

    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    public bool StartTls { get; set; } = true;

    public string User { get; set; } = "";

    public string Password { get; set; } = "";

    public string From { get; set; } = "";

    public List<string> To { get; set; } = [];

    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);
}

internal sealed class OutboxOptions
{
    [Range(1, 20)]
    public int Attempts { get; set; } = 5;

    /// <summary>Before the second attempt; doubled before each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Notifications that may wait for one channel; the oldest gives way.</summary>
    [Range(1, 10_000)]
    public int MaxWaiting { get; set; } = 100;
}
