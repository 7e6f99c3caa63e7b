using Chat.Admin.Live;
using Microsoft.AspNetCore.Components;

namespace Chat.Admin.Frame;

/// <summary>Whatever shows the live picture: drawn anew when there is one, as often as the viewer wishes.</summary>
public abstract class LivePart : ComponentBase, IDisposable
{
    private int _pending;

    [Inject]
    internal Viewer Viewer { get; set; } = null!;

    [Inject]
    internal TimeProvider Time { get; set; } = null!;

    internal LivePicture Picture => Viewer.Picture;

    protected override void OnInitialized() => Viewer.Changed += OnChanged;

    public void Dispose()
    {
        Viewer.Changed -= OnChanged;
        GC.SuppressFinalize(this);
    }

    /// <summary>Before it is drawn again.</summary>
    protected virtual Task TickAsync() => Task.CompletedTask;

    private void OnChanged()
    {
        // A circuit that does not keep up skips pictures instead of gathering them.
        if (Interlocked.Exchange(ref _pending, 1) == 1)
        {
            return;
        }

        _ = InvokeAsync(async () =>
        {
            try
            {
                await TickAsync();
            }
            finally
            {
                Volatile.Write(ref _pending, 0);
            }

            StateHasChanged();
        });
    }
}
