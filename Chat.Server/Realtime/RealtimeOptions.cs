using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Realtime;

/// <summary>Section <c>Realtime</c>: conversations and topics that go on while storage is slow or away.</summary>
internal sealed class RealtimeOptions
{
    public const string Section = "Realtime";

    /// <summary>How long a send waits for storage before it is spooled and delivered all the same.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan Budget { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Where the spool lies; shared by the workers of a node and by nobody else. Empty: <c>spool</c> in <c>Workers:DataFolder</c>.</summary>
    public string SpoolFolder { get; set; } = "";

    /// <summary>Most bytes that a process spools; more is answered with <c>overloaded</c>.</summary>
    [Range(64 * 1024, 64L * 1024 * 1024 * 1024)]
    public long SpoolBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>A file of the spool that is larger is followed by another; one that has been stored is deleted.</summary>
    [Range(4 * 1024, 1024L * 1024 * 1024)]
    public long SpoolFileBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>What a sender is told to wait when the spool is full.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan FullRetryAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How old this process's knowledge of who is a member may be while storage cannot be asked; after it, senders to conversations are
    /// told <c>storage_unavailable</c>. While storage is away nobody is removed, and of what is done by nodes that still reach it Redis tells.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan RightsFor { get; set; } = TimeSpan.FromHours(12);

    /// <summary>
    /// The same while a configured Redis is lost together with storage: this process may be the one that is cut off, and somebody whom others
    /// remove meanwhile is heard here for so long.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan RightsForCutOff { get; set; } = TimeSpan.FromSeconds(60);
}
