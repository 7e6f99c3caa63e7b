using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Storage.Retention;

/// <summary>Section <c>Retention</c>. What holds for topics stands in their rules.</summary>
internal sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>Events of direct and group conversations are kept for so long; null: for ever.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>So many events of each are kept; null: all.</summary>
    public long? MaxEvents { get; set; }

    /// <summary>How often logs are looked through for what is over.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most events removed in one transaction: the conversation takes no sends meanwhile.</summary>
    [Range(1, 100_000)]
    public int BatchSize { get; set; } = 1_000;
}
