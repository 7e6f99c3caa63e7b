using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Sessions;
using Chat.Server.Storage;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Management.Answering;

/// <summary>Who is shut out, and the shutting out.</summary>
internal sealed class BlockAnswers(StorageGate gate, BlockService blocks, TimeProvider time)
{
    public Task<Reply<Cut<BlockView>>> ListAsync(BlocksQuestion question, CancellationToken timeUp) => gate.RunAsync<Reply<Cut<BlockView>>>(
        async (db, ct) =>
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var rows = db.Blocks.AsNoTracking().Where(b => b.EndsAt == null || b.EndsAt > now);
            if (question.Search is { } search)
            {
                rows = rows.Where(b => b.UserId.Contains(search));
            }

            var page = await rows.OrderBy(b => b.UserId).Skip(question.Skip).Take(question.Take).ToListAsync(ct);
            return new Cut<BlockView>(await rows.CountAsync(ct), false, page.ConvertAll(View));
        },
        timeUp);

    public async Task<Reply<BlockChange>> BlockAsync(BlockQuestion question, CancellationToken timeUp)
    {
        await blocks.BlockAsync(question.User, question.Reason, question.By, question.Until, timeUp);
        return new BlockChange(true);
    }

    public async Task<Reply<BlockChange>> UnblockAsync(UnblockQuestion question, CancellationToken timeUp) =>
        new BlockChange(await blocks.UnblockAsync(question.User, timeUp));

    public static BlockView View(BlockRow row) => new()
    {
        User = row.UserId,
        Reason = row.Reason ?? "",
        By = row.BlockedBy ?? "",
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.BlockedAt),
        Until = row.EndsAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null,
    };
}
