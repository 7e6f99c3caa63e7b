using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Tests.Hubs;

/// <summary>Storage that fails on purpose.</summary>
internal sealed class FailingContexts(IDbContextFactory<SqliteChatDb> inner) : IDbContextFactory<ChatDb>
{
    public volatile bool Failing;

    public Func<Exception> Fault { get; set; } = () => new TimeoutException("fails on purpose");

    public ChatDb CreateDbContext() => Failing ? throw Fault() : inner.CreateDbContext();

    public async Task<ChatDb> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
        Failing ? throw Fault() : await inner.CreateDbContextAsync(cancellationToken);
}
