namespace Chat.Admin.Parts;

/// <summary>The numbers of a rule while they are being changed.</summary>
public sealed class RuleDraft
{
    public double Threshold { get; set; }

    public double ForSeconds { get; set; }

    public bool Enabled { get; set; }
}
