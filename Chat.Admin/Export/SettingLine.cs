using Chat.Contracts.Management;

namespace Chat.Admin.Export;

/// <summary>A setting as a row of a file, without what only a page needs.</summary>
internal sealed record SettingLine(
    string? Node, string Key, string? Value, string? Default, string? Configured, string Source, bool NeedsRestart, bool Changeable, DateTimeOffset? ChangedAt, string? ChangedBy)
{
    public static SettingLine Of(string? node, SettingView view) => new(
        node, view.Key, view.Value, view.Default, view.Configured, view.Source, view.NeedsRestart, view.Change is not null, view.ChangedAt, view.ChangedBy);
}
