using System.Diagnostics;

namespace Chat.Server.Telemetry;

/// <summary>How meters and activity sources are called, so that one pattern switches all of ours on.</summary>
internal static class TelemetryNames
{
    public const string Prefix = "Chat.";

    /// <summary><c>Chat.Storage</c> for <c>Storage</c>; meters and activity sources share the name.</summary>
    public static string Of(string feature) => Prefix + feature;

    public static ActivitySource ActivitySource(string feature) => new(Of(feature));
}
