using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Access;

/// <summary>Section <c>Limits</c>. Token buckets, counted by each worker process for itself; a rate of 0 means no limit.</summary>
internal sealed class LimitsOptions
{
    public const string Section = "Limits";

    /// <summary>Sends, edits, deletes and reactions of a user per second.</summary>
    [Range(0.0, 1_000_000.0)]
    public double SendsPerSecond { get; set; } = 200;

    /// <summary>How many of them at once after a pause.</summary>
    [Range(1, 1_000_000)]
    public int SendBurst { get; set; } = 1_000;

    /// <summary>Calls of a user per second that read or change something else (history, conversations, members, presence).</summary>
    [Range(0.0, 1_000_000.0)]
    public double CallsPerSecond { get; set; } = 50;

    /// <summary>How many of them at once after a pause.</summary>
    [Range(1, 1_000_000)]
    public int CallBurst { get; set; } = 200;

    /// <summary>Publishes and sends of a back-end service per second, through the HTTP API.</summary>
    [Range(0.0, 1_000_000.0)]
    public double ServiceSendsPerSecond { get; set; } = 2_000;

    /// <summary>How many of them at once after a pause.</summary>
    [Range(1, 1_000_000)]
    public int ServiceSendBurst { get; set; } = 10_000;

    /// <summary>Other calls of a back-end service per second.</summary>
    [Range(0.0, 1_000_000.0)]
    public double ServiceCallsPerSecond { get; set; } = 500;

    /// <summary>How many of them at once after a pause.</summary>
    [Range(1, 1_000_000)]
    public int ServiceCallBurst { get; set; } = 2_000;

    /// <summary>Signals of a connection per second that touch no storage (typing, ping).</summary>
    [Range(0.0, 1_000_000.0)]
    public double SignalsPerSecond { get; set; } = 20;

    /// <summary>How many of them at once after a pause.</summary>
    [Range(1, 1_000_000)]
    public int SignalBurst { get; set; } = 100;

    /// <summary>Negotiations and upgrades of a user per second; not counted on loopback.</summary>
    [Range(0.0, 1_000_000.0)]
    public double UserConnectsPerSecond { get; set; } = 4;

    /// <summary>How many of them at once after a pause.</summary>
    [Range(1, 1_000_000)]
    public int UserConnectBurst { get; set; } = 60;

    /// <summary>Negotiations, upgrades and development tokens of an address per second; not counted on loopback.</summary>
    [Range(0.0, 1_000_000.0)]
    public double AddressConnectsPerSecond { get; set; } = 100;

    /// <summary>How many of them at once after a pause: many users may share an address.</summary>
    [Range(1, 1_000_000)]
    public int AddressConnectBurst { get; set; } = 1_000;

    /// <summary>Connections of a user to one worker at the same time (0: no limit); not counted on loopback.</summary>
    [Range(0, 1_000_000)]
    public int ConnectionsPerUser { get; set; } = 50;
}
