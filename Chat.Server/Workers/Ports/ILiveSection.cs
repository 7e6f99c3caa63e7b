namespace Chat.Server.Workers.Ports;

/// <summary>A section of the configuration that may be changed while the server runs.</summary>
internal interface ILiveSection
{
    IReadOnlyList<LiveSetting> Settings { get; }

    /// <summary>Whether a setting may be so beside all others as they are.</summary>
    LiveTrial Try(LiveSetting setting, string value);
}

/// <summary>A setting that may be changed while the server runs.</summary>
/// <param name="Key"><c>Limits:SendBurst</c>.</param>
/// <param name="Kind"><c>number</c>, <c>integer</c>, <c>time span</c>, <c>true or false</c> or <c>text</c>.</param>
/// <param name="Bounds"><c>1 to 1000000</c>; empty: none.</param>
/// <param name="MayBeEmpty">Empty means none.</param>
internal sealed record LiveSetting(string Key, string Kind, string Bounds, bool MayBeEmpty)
{
    public string Rule => $"{Key} is {Article} {Kind}{(Bounds.Length > 0 ? $", {Bounds}" : "")}{(MayBeEmpty ? ", or empty for none" : "")}.";

    private string Article => Kind switch { "integer" => "an", "true or false" => "either", _ => "a" };
}

/// <summary>What became of trying a value.</summary>
internal abstract record LiveTrial
{
    private LiveTrial()
    {
    }

    /// <param name="Value">As the configuration writes it, whichever way it was given.</param>
    internal sealed record Good(string Value) : LiveTrial;

    internal sealed record Bad(string Problem) : LiveTrial;
}
