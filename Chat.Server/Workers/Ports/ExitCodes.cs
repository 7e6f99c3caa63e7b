namespace Chat.Server.Workers.Ports;

/// <summary>What the process tells its parent. The numbers are those of sysexits.h, so that service managers know them.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>A surprise; starting again may help.</summary>
    public const int Software = 70;

    /// <summary>A port or the data folder is taken; starting again later may help.</summary>
    public const int Unavailable = 75;

    /// <summary>The configuration is refused; starting again does not help.</summary>
    public const int Configuration = 78;
}
