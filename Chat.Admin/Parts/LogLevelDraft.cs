namespace Chat.Admin.Parts;

/// <summary>A change of a log level while it is being written.</summary>
public sealed class LogLevelDraft
{
    public string Category { get; set; } = "Default";

    /// <summary>Empty: as configured.</summary>
    public string Level { get; set; } = "Debug";

    public double Minutes { get; set; } = 15;
}
