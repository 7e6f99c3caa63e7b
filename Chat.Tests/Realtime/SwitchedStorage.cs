using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Realtime;

/// <summary>Storage that can be taken away, or made to wait, on purpose.</summary>
internal sealed class SwitchedStorage(IDbContextFactory<SqliteChatDb> inner) : IDbContextFactory<ChatDb>
{
    private volatile bool _failing;
    private volatile TaskCompletionSource? _held;

    public static SwitchedStorage Of(IServiceProvider services) => (SwitchedStorage)services.GetRequiredService<IDbContextFactory<ChatDb>>();

    /// <summary>A way past the switch.</summary>
    public async Task<ChatDb> DirectAsync() => await inner.CreateDbContextAsync();

    public void Fail() => _failing = true;

    /// <summary>Whoever asks from now on waits for <see cref="Heal"/>.</summary>
    public void Hold() => _held ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Heal()
    {
        _failing = false;
        Interlocked.Exchange(ref _held, null)?.SetResult();
    }

    public ChatDb CreateDbContext() => _failing ? throw new TimeoutException("fails on purpose") : inner.CreateDbContext();

    public async Task<ChatDb> CreateDbContextAsync(CancellationToken cancellationToken = default)
    {
        if (_held is { } held)
        {
            await held.Task.WaitAsync(cancellationToken);
        }

        return _failing ? throw new TimeoutException("fails on purpose") : await inner.CreateDbContextAsync(cancellationToken);
    }
}
