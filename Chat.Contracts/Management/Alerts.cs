namespace Chat.Contracts.Management;

/// <summary>All that there is about alerts now.</summary>
public sealed record AlertsAnswer
{
    /// <summary>What fires, gravest first, newest first.</summary>
    public IReadOnlyList<AlertView> Firing { get; init; } = [];

    /// <summary>What is true and not for long enough.</summary>
    public IReadOnlyList<AlertView> Pending { get; init; } = [];

    /// <summary>Those of <see cref="Firing"/> that a silence mutes.</summary>
    public IReadOnlyList<AlertView> Silenced { get; init; } = [];

    /// <summary>Active, to come and just expired.</summary>
    public IReadOnlyList<SilenceView> Silences { get; init; } = [];

    /// <summary>All rules.</summary>
    public IReadOnlyList<RuleView> Rules { get; init; } = [];

    /// <summary>Where notifications go.</summary>
    public IReadOnlyList<ChannelView> Channels { get; init; } = [];

    /// <summary>Announced work: only the gravest are told.</summary>
    public bool Maintenance { get; init; }
}

/// <summary>The past of alerts.</summary>
public sealed record AlertHistoryAnswer
{
    /// <summary>Ended ones, newest first.</summary>
    public IReadOnlyList<AlertView> Items { get; init; } = [];

    /// <summary>Mean time from firing to acknowledgement, of those that were acknowledged.</summary>
    public double? MeanSecondsToAcknowledge { get; init; }

    /// <summary>Mean time from firing to the end.</summary>
    public double? MeanSecondsToResolve { get; init; }
}

/// <summary>One alert.</summary>
public sealed record AlertView
{
    /// <summary>Identifies it: rule and labels.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The rule.</summary>
    public required string Rule { get; init; }

    /// <summary><c>critical</c> or <c>warning</c>.</summary>
    public required string Severity { get; init; }

    /// <summary><c>pending</c>, <c>firing</c> or <c>resolved</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>What it is about.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>One line.</summary>
    public string Summary { get; init; } = "";

    /// <summary>One or two sentences.</summary>
    public string Description { get; init; } = "";

    /// <summary>Unit of <see cref="Value"/>.</summary>
    public string Unit { get; init; } = "";

    /// <summary>The latest reading; null when it is no number.</summary>
    public double? Value { get; init; }

    /// <summary>The bound it broke.</summary>
    public double? Threshold { get; init; }

    /// <summary>When it was first true.</summary>
    public DateTimeOffset StartsAt { get; init; }

    /// <summary>When it began to fire.</summary>
    public DateTimeOffset? FiredAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Who has taken it on.</summary>
    public AcknowledgementView? Acknowledged { get; init; }

    /// <summary>The silence that mutes it.</summary>
    public string? SilencedBy { get; init; }

    /// <summary>The alert that makes it no news.</summary>
    public string? InhibitedBy { get; init; }

    /// <summary>It cannot be judged at present; the phase is the last known one.</summary>
    public bool Unknown { get; init; }

    /// <summary>Where to read what to do.</summary>
    public string Runbook { get; init; } = "";

    /// <summary>What happened to it; oldest first.</summary>
    public IReadOnlyList<AlertEventView> Timeline { get; init; } = [];

    /// <summary>Who was told of it, and what became of that; oldest first, the latest 40.</summary>
    public IReadOnlyList<NotificationView> Notifications { get; init; } = [];

    /// <summary>What was read of it in the last quarter of an hour; in the list of alerts, of what is pending or fires.</summary>
    public ValueTrace? Trace { get; init; }
}

/// <summary>A notification about an alert on one channel.</summary>
public sealed record NotificationView
{
    /// <summary>The channel.</summary>
    public required string Channel { get; init; }

    /// <summary>When there was something to say.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What it says: <c>firing</c> or <c>resolved</c>.</summary>
    public string Of { get; init; } = "";

    /// <summary><c>waiting</c>, <c>sent</c>, <c>failed</c> (given up) or <c>dropped</c> (made room for others).</summary>
    public string Result { get; init; } = "";

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>When it got through or was given up.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why the latest attempt failed.</summary>
    public string? Problem { get; init; }
}

/// <summary>Values of a past time.</summary>
/// <param name="From">Time of the first.</param>
/// <param name="StepSeconds">Time between two.</param>
/// <param name="Values">Oldest first; null where nothing is known.</param>
public sealed record ValueTrace(DateTimeOffset From, double StepSeconds, IReadOnlyList<double?> Values);

/// <summary>Who has taken an alert on.</summary>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
/// <param name="Note">What they said.</param>
public sealed record AcknowledgementView(string By, DateTimeOffset At, string Note);

/// <summary>One entry of an alert's timeline.</summary>
/// <param name="At">When.</param>
/// <param name="Text">What.</param>
public sealed record AlertEventView(DateTimeOffset At, string Text);

/// <summary>Body of acknowledge.</summary>
public sealed record AcknowledgeRequest
{
    /// <summary>What the others should know, up to 500 characters.</summary>
    public string? Note { get; init; }
}

/// <summary>Body of maintenance.</summary>
public sealed record MaintenanceRequest
{
    /// <summary>On or off.</summary>
    public bool? On { get; init; }

    /// <summary>Why; required.</summary>
    public string? Reason { get; init; }
}
