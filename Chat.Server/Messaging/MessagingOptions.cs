using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Messaging;

/// <summary>Section <c>Messaging</c>: sizes of what clients may ask.</summary>
internal sealed class MessagingOptions
{
    public const string Section = "Messaging";

    /// <summary>Largest body, in bytes of the JSON as it was sent.</summary>
    [Range(1, 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 32 * 1024;

    /// <summary>Most items of one batch.</summary>
    [Range(1, 1_000)]
    public int MaxBatch { get; set; } = 100;

    /// <summary>Longest that a message may live when it is given an end.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan MaxExpiry { get; set; } = TimeSpan.FromDays(365);

    /// <summary>Events of a history page when none are asked for.</summary>
    [Range(1, 1_000)]
    public int HistoryDefault { get; set; } = 50;

    /// <summary>Most events of a history page.</summary>
    [Range(1, 1_000)]
    public int HistoryMax { get; set; } = 200;

    /// <summary>Most conversations in a listing, newest first.</summary>
    [Range(1, 100_000)]
    public int ConversationsMax { get; set; } = 1_000;
}
