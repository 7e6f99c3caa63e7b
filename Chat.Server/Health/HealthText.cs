using Chat.Server.Telemetry.Logging;

namespace Chat.Server.Health;

/// <summary>Descriptions are read by anyone who reaches the port.</summary>
internal static class HealthText
{
    private const int Longest = 300;

    public static string Safe(string text)
    {
        var clean = Redaction.Clean(text).ReplaceLineEndings(" ");
        return clean.Length <= Longest ? clean : clean[..Longest];
    }
}
