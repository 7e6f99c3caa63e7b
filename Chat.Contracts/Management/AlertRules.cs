namespace Chat.Contracts.Management;

/// <summary>A rule and what it reads now.</summary>
public sealed record RuleView
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>critical</c> or <c>warning</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>What it watches.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Unit of value and thresholds.</summary>
    public string Unit { get; init; } = "";

    /// <summary><c>above</c>: bad is what lies above the threshold; <c>below</c>.</summary>
    public string Breach { get; init; } = "above";

    /// <summary>In force.</summary>
    public RuleNumbers Settings { get; init; } = new();

    /// <summary>As configured.</summary>
    public RuleNumbers Defaults { get; init; } = new();

    /// <summary>An operator changed it.</summary>
    public bool IsChanged { get; init; }

    /// <summary>It cannot be judged at present.</summary>
    public bool Unknown { get; init; }

    /// <summary>The worst of its latest readings.</summary>
    public double? Value { get; init; }

    /// <summary>When it was last judged with numbers.</summary>
    public DateTimeOffset? LastJudged { get; init; }
}

/// <summary>The numbers of a rule.</summary>
public sealed record RuleNumbers
{
    /// <summary>It is judged.</summary>
    public bool Enabled { get; init; }

    /// <summary>The bound.</summary>
    public double Threshold { get; init; }

    /// <summary>The bound on the way back, where it is another.</summary>
    public double? ResolveThreshold { get; init; }

    /// <summary>How long it must hold before it fires.</summary>
    public double ForSeconds { get; init; }

    /// <summary>How long it must be gone before it ends.</summary>
    public double KeepFiringSeconds { get; init; }
}

/// <summary>Body of a change to a rule; what is absent stays.</summary>
public sealed record RuleRequest
{
    /// <summary>The new bound.</summary>
    public double? Threshold { get; init; }

    /// <summary>The new time before it fires, 0 to 86,400.</summary>
    public double? ForSeconds { get; init; }

    /// <summary>Judge it or not.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Why; for the audit log.</summary>
    public string? Reason { get; init; }
}

/// <summary>A way that notifications take.</summary>
public sealed record ChannelView
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>It fails.</summary>
    public bool Failing { get; init; }

    /// <summary>Notifications that wait.</summary>
    public int Waiting { get; init; }

    /// <summary>When the last got through.</summary>
    public DateTimeOffset? LastSentAt { get; init; }

    /// <summary>When one was last given up.</summary>
    public DateTimeOffset? LastFailedAt { get; init; }
}

/// <summary>A way that notifications take, with what they look like there.</summary>
public sealed record ChannelCard
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>log</c>, <c>webhook</c> or <c>email</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Where it goes: the host, and receivers without their names; null below operator.</summary>
    public string? Target { get; init; }

    /// <summary>The body is signed: header <c>X-Signature</c>.</summary>
    public bool Signed { get; init; }

    /// <summary>Example, as JSON, of what is sent when an alert fires; made up.</summary>
    public string Firing { get; init; } = "";

    /// <summary>The same when it has ended.</summary>
    public string Resolved { get; init; } = "";
}
