using Chat.Contracts.Management;
using Microsoft.AspNetCore.Components;

namespace Chat.Admin.Parts;

/// <summary>Over how long clients are sent away, while it is being written; empty: as the server is configured.</summary>
public sealed class WindowDraft
{
    public const int Longest = 3600;

    public double? Seconds { get; set; }

    internal RenderFragment Body => builder =>
    {
        builder.OpenComponent<WindowFields>(0);
        builder.AddComponentParameter(1, nameof(WindowFields.Draft), this);
        builder.CloseComponent();
    };

    internal string? Problem() => Seconds is < 0 or > Longest ? "The time is between 0 and 3,600 seconds." : null;

    internal WorkerActionRequest ToRequest() => new() { WindowSeconds = Seconds };
}
