using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Writing;

/// <summary>
/// The writer's own way to the database. On PostgreSQL it keeps its connection, and with it its prepared statements, to itself: a
/// pool hands out the connection that rested longest, so sharing one would have each batch meet a cold server process, and would let
/// readers take the writer's place in an overload.
/// </summary>
internal sealed class WriterContexts(IDbContextFactory<ChatDb> contexts)
{
    /// <summary>One for the batch, one for looking up what a lost commit left.</summary>
    public const int PoolSize = 2;

    public Task<ChatDb> CreateAsync(CancellationToken cancellation) => contexts.CreateDbContextAsync(cancellation);
}
