using System.ComponentModel.DataAnnotations;
using Chat.Server.Backplane.Failover;

namespace Chat.Server.Backplane;

/// <summary>Section <c>Backplane</c>. The connection itself is <c>ConnectionStrings:Redis</c>; absent: Redis is not used.</summary>
internal sealed class BackplaneOptions
{
    public const string Section = "Backplane";

    /// <summary>Put before every channel name, so that installations can share one Redis.</summary>
    [Required, RegularExpression("[!-~]{1,64}", ErrorMessage = "Backplane:ChannelPrefix must be 1 to 64 visible ASCII characters.")]
    public string ChannelPrefix { get; set; } = "chat:";

    /// <summary>How often a probe is sent round.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:10")]
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Also check that Redis takes writes (one key of ten seconds); false where the account may only publish and subscribe.</summary>
    public bool CheckWrites { get; set; } = true;

    /// <summary>Silence that raises suspicion.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan SuspectAfter { get; set; } = TimeSpan.FromMilliseconds(750);

    /// <summary>Suspicion that means loss.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long Redis must behave after a loss before it is used again; doubles with every loss in short order.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan Hold { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Limit of that doubling.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan MaxHold { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A link used for so long has made good its earlier losses.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StableAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Limit for reading what was missed, before Redis is used again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan RestoreTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause before what was missed is read again after a failure.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan RestoreRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A link lost for so long is given up and made anew; doubles up to <see cref="MaxHold"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ReconnectAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a change of the database's availability must last to change the mode.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan DatabaseHold { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Answers of Redis are awaited for so long; only the bus's own writer waits.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Messages waiting for the writer; more are dropped and counted.</summary>
    [Range(16, 10_000_000)]
    public int PublishQueueMessages { get; set; } = 20_000;

    /// <summary>Bytes waiting for the writer; more are dropped and counted.</summary>
    [Range(65_536, int.MaxValue)]
    public int PublishQueueBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Messages sent together.</summary>
    [Range(1, 10_000)]
    public int PublishBatch { get; set; } = 256;

    /// <summary>Messages received and not yet handled; more are dropped and counted.</summary>
    [Range(16, 10_000_000)]
    public int InboxMessages { get; set; } = 65_536;

    public LinkTimings Timings => new(SuspectAfter, LostAfter, Hold, MaxHold, StableAfter, RestoreRetry);
}
