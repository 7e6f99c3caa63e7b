using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Workers;

/// <summary>Section <c>Console</c>: the web console, a process of its own that the supervisor starts beside the workers.</summary>
internal sealed class ConsoleOptions
{
    public const string Section = "Console";

    /// <summary>Whether the supervisor starts the console.</summary>
    public bool Run { get; set; } = true;

    /// <summary>Where it listens; without TLS on this machine only, unless <c>Admin:BehindProxy</c> or <c>Admin:PlainHttp</c> says otherwise.</summary>
    [Required]
    public string Url { get; set; } = "http://localhost:5082";

    /// <summary>The console's program. Empty: looked for beside the server; when it is not there, no console is started.</summary>
    public string Path { get; set; } = "";
}
