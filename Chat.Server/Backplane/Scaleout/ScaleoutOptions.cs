using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>Section <c>Backplane:Hubs</c>: SignalR's own groups, users and client results across nodes.</summary>
internal sealed class ScaleoutOptions
{
    public const string Section = "Backplane:Hubs";

    /// <summary>How long another node may take to say that a connection is there: for group changes and calls with a result.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan AckTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a client of another node may take to return a result, should the caller set no limit.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ClientResultTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Writes of one connection that its socket has not taken yet; one more and the connection is closed.</summary>
    [Range(1, 1_000_000)]
    public int MaxPendingWrites { get; set; } = 1024;
}
