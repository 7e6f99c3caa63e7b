using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Delivery;

/// <summary>Section <c>Delivery</c>.</summary>
internal sealed class DeliveryOptions
{
    public const string Section = "Delivery";

    /// <summary>Most events that a connection may have unacknowledged before the server waits for it.</summary>
    [Range(16, 100_000)]
    public int Window { get; set; } = 2_048;

    /// <summary>Most events in one call of the client and in one read of a log.</summary>
    [Range(1, 10_000)]
    public int PageSize { get; set; } = 512;

    /// <summary>
    /// Newest events that a followed conversation keeps in memory for connections that are a little behind. All of them outlive the collector's
    /// next turn, which stops everything while it moves them: a few dozen bridge a pause of a socket, hundreds make the pauses longer.
    /// </summary>
    [Range(0, 10_000)]
    public int RecentEvents { get; set; } = 64;

    /// <summary>How long those are kept after the last one.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RecentFor { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Writes that may wait for a slow socket before it is served from the log instead.</summary>
    [Range(1, 1_000)]
    public int PendingWrites { get; set; } = 16;

    /// <summary>Without progress for so long, what is unacknowledged is sent again, once, marked.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan ResendAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Without progress for so long, the connection is closed; the client reconnects and catches up.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan CloseAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long acknowledgements gather before cursors are written.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan CursorInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long receipts gather before members are told.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ReceiptInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Receipts are told in conversations with up to so many connections here.</summary>
    [Range(0, 10_000)]
    public int ReceiptConnections { get; set; } = 50;

    /// <summary>How long a gap waits for the missing event before the log is read.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan GapWait { get; set; } = TimeSpan.FromMilliseconds(30);

    /// <summary>How often the journal of commits is read while Redis is not in use, or in doubt.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FollowInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often it is read while Redis is in use: a lost hint costs so long at most.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Signals through PostgreSQL, and readings that they cause, are at least so far apart.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan SignalInterval { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Connections that may read from storage at once.</summary>
    [Range(1, 1_000)]
    public int Readers { get; set; } = 8;

    /// <summary>Rounds at which a device must have failed over one event before it is given up and becomes a dead letter.</summary>
    [Range(1, 1_000)]
    public int DeadLetterAfter { get; set; } = 5;

    /// <summary>Most dead letters of a device. What is given up on top of them is told as skipped and not kept.</summary>
    [Range(0, 1_000_000)]
    public int DeadLettersPerDevice { get; set; } = 1_000;

    /// <summary>How often the dead letters are counted for the metrics.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan DeadLetterCountInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Most devices of a user; over it the one idle longest is forgotten.</summary>
    [Range(1, 10_000)]
    public int MaxDevices { get; set; } = 50;
}
