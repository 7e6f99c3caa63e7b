using Chat.Contracts;

namespace Chat.Admin.Frame;

/// <summary>A part that reads something every few seconds and keeps the last good answer when that fails.</summary>
public abstract class LoadingPart : LivePart
{
    private long _loadedAt;

    /// <summary>Why the last reading failed; null when it did not.</summary>
    protected string? Problem { get; private set; }

    /// <summary>When what is shown was read; null while nothing was.</summary>
    protected DateTimeOffset? GoodAt { get; private set; }

    protected virtual TimeSpan Every => TimeSpan.FromSeconds(3);

    protected override Task OnInitializedAsync() => ReloadAsync();

    protected override Task TickAsync() => Time.GetElapsedTime(_loadedAt) >= Every ? ReloadAsync() : Task.CompletedTask;

    protected async Task ReloadAsync()
    {
        _loadedAt = Time.GetTimestamp();
        Problem = (await LoadAsync())?.Message;
        GoodAt = Problem is null ? Time.GetUtcNow() : GoodAt;
    }

    /// <summary>Null when it went well.</summary>
    protected abstract Task<ChatError?> LoadAsync();
}
