using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Model;

/// <summary>Hands out the context of the configured database as the common base.</summary>
internal sealed class ChatDbFactory<TDb>(IDbContextFactory<TDb> contexts) : IDbContextFactory<ChatDb>
    where TDb : ChatDb
{
    public ChatDb CreateDbContext() => contexts.CreateDbContext();

    public async Task<ChatDb> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
        await contexts.CreateDbContextAsync(cancellationToken);
}
