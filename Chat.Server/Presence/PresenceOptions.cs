using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Presence;

/// <summary>Section <c>Presence</c>.</summary>
internal sealed class PresenceOptions
{
    public const string Section = "Presence";

    /// <summary>How long a user without a connection counts as away before being offline.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Coming and going is told within conversations of up to so many members. In larger ones it is only answered when asked:
    /// telling everybody of everybody grows with the square.
    /// </summary>
    [Range(2, 100_000)]
    public int LargestAudience { get; set; } = 200;

    /// <summary>Changes that may wait to be told; the newest are dropped beyond that.</summary>
    [Range(1, 1_000_000)]
    public int QueueCapacity { get; set; } = 10_000;

    /// <summary>How long changes gather before other nodes are told.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan TellInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a node says that it lives.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:05:00")]
    public TimeSpan BeatInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A node that was silent for so long is dead: its users enter their grace.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:30:00")]
    public TimeSpan NodeTimeout { get; set; } = TimeSpan.FromSeconds(15);
}
