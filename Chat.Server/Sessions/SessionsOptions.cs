using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Sessions;

/// <summary>Section <c>Sessions</c>: how long a connection may last, and who may not have one.</summary>
internal sealed class SessionsOptions
{
    public const string Section = "Sessions";

    /// <summary>How long before its token ends a client is told; at most half of what the token has left when it is taken.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan ExpiryNotice { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the database is asked whom operators have shut out. Between processes on a bus it is told at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan BlockPollInterval { get; set; } = TimeSpan.FromSeconds(2);
}
