using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Hubs;

/// <summary>Section <c>Hubs</c>: the connections themselves.</summary>
internal sealed class HubsOptions
{
    public const string Section = "Hubs";

    /// <summary>Largest frame from a client; it holds a body of <c>Messaging:MaxBodyBytes</c> and what is around it.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxFrameBytes { get; set; } = 64 * 1024;

    /// <summary>Calls of one connection that may run at once.</summary>
    [Range(1, 1_000)]
    public int ParallelCalls { get; set; } = 16;

    /// <summary>How often a silent connection is pinged.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>After how long a client from which nothing came is given up.</summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "01:00:00")]
    public TimeSpan ClientTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a new connection may take to say which protocol it speaks.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(15);
}
