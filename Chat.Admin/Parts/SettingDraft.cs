namespace Chat.Admin.Parts;

/// <summary>A setting's value while it is being written.</summary>
public sealed class SettingDraft
{
    public string Value { get; set; } = "";
}
