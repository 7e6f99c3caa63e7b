using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Storage;
using Chat.Server.Storage.DeadLetters;
using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;
using DeadLetterGroup = Chat.Contracts.Management.DeadLetterGroup;

namespace Chat.Server.Management.Answering;

/// <summary>What the database tells of dead letters; what is done about them is the desk's.</summary>
internal sealed class DeadLetterAnswers(StorageGate gate, DeadLetterDesk desk)
{
    private const int MostCounted = 10_000;
    private const int Sample = 20;

    public Task<Reply<Cut<DeadLetterView>>> ListAsync(LettersQuestion question, CancellationToken timeUp) => gate.RunAsync<Reply<Cut<DeadLetterView>>>(
        async (db, ct) =>
        {
            var letters = Matching(db, question.User, question.Conversation, question.Reason);
            var total = await letters.Take(MostCounted + 1).CountAsync(ct);
            var rows = await Sort(letters, question.Sort, question.Descending).Skip(question.Skip).Take(question.Take).ToListAsync(ct);
            var sizes = await SizesAsync(db, rows, ct);
            return new Cut<DeadLetterView>(
                Math.Min(total, MostCounted), total > MostCounted, rows.ConvertAll(r => View(r) with { Bytes = sizes.TryGetValue(r.Id, out var bytes) ? bytes : null }));
        },
        timeUp);

    public async Task<Reply<DeadLetterGroup[]>> GroupsAsync(LetterGroupsQuestion question, CancellationToken timeUp)
    {
        var groups = await desk.GroupAsync(new(DeadLetterState.Dead), timeUp);
        return groups.Select(g => new DeadLetterGroup(g.Error ?? FailureReasons.Unacknowledged, g.Count, At(g.FirstAt), At(g.LastAt))).ToArray();
    }

    public async Task<Reply<DeadLetterResult>> ActAsync(LetterActQuestion question, CancellationToken timeUp)
    {
        var (matched, sample) = await gate.RunAsync(
            async (db, ct) =>
            {
                var letters = question.Ids is { } ids
                    ? db.DeadLetters.AsNoTracking().Where(d => ids.Contains(d.Id) && d.State == DeadLetterState.Dead)
                    : Matching(db, question.Filter!.User, question.Filter.Conversation, question.Filter.Reason);
                return (await letters.LongCountAsync(ct), await letters.OrderByDescending(d => d.LastAt).ThenBy(d => d.Id).Take(Sample).ToListAsync(ct));
            },
            timeUp);
        var shown = sample.ConvertAll(View);
        if (question.DryRun)
        {
            return new DeadLetterResult { Matched = matched, Sample = shown, Left = matched, Letters = await StandingAsync(question.Ids, timeUp) };
        }

        if (question.Expected is { } expected && expected != matched)
        {
            return new Refusal(ManagementCodes.Conflict, $"There are {matched} by now, not {expected}; look again.");
        }

        var act = await DoAsync(question, timeUp);
        return new DeadLetterResult
        {
            Matched = matched,
            Done = act.Changed,
            Left = Math.Max(0, matched - act.Changed),
            Sample = shown,
            Letters = await StandingAsync(question.Ids, timeUp),
        };
    }

    private Task<DeadLetterStanding[]> StandingAsync(IReadOnlyList<string>? ids, CancellationToken timeUp) => ids is null
        ? Task.FromResult<DeadLetterStanding[]>([])
        : gate.RunAsync(
            async (db, ct) =>
            {
                var letters = await db.DeadLetters.AsNoTracking().Where(d => ids.Contains(d.Id)).OrderBy(d => d.Id).ToListAsync(ct);
                return letters.Select(d => new DeadLetterStanding(View(d), StoredWords.Of(d.State))).ToArray();
            },
            timeUp);

    private Task<DeadLetterAct> DoAsync(LetterActQuestion question, CancellationToken timeUp)
    {
        if (question.Ids is { } ids)
        {
            return question.Discard ? desk.DiscardAsync(ids, question.By, timeUp) : desk.ReplayAsync(ids, question.By, timeUp);
        }

        var filter = new Storage.DeadLetters.DeadLetterFilter(
            DeadLetterState.Dead, question.Filter!.User, Conversation: question.Filter.Conversation, Error: IsUntold(question.Filter.Reason) ? "" : question.Filter.Reason);
        return question.Discard ? desk.DiscardAsync(filter, question.By, timeUp) : desk.ReplayAsync(filter, question.By, timeUp);
    }

    /// <summary>Measured where they lie: the bodies themselves stay in the database. One that is gone has no size.</summary>
    private static async Task<Dictionary<string, long>> SizesAsync(ChatDb db, List<DeadLetterRow> letters, CancellationToken cancellation)
    {
        if (letters.Count == 0)
        {
            return [];
        }

        var ids = letters.Select((l, i) => (Name: $"id{i}", Value: (object)l.Id)).ToArray();
        var sizes = await db.RowsAsync(
            $"""
            SELECT d.id, CAST(octet_length(o.body) AS bigint) FROM dead_letters d
            JOIN outbox o ON o.conversation_id = d.conversation_id AND o.seq = d.seq
            WHERE o.body IS NOT NULL AND d.id IN ({string.Join(", ", ids.Select(id => $"@{id.Name}"))})
            """,
            row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1)),
            cancellation,
            ids);
        return sizes.ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>The API's reason is what the client said went wrong, and a word of ours where it said nothing.</summary>
    private static IQueryable<DeadLetterRow> Matching(ChatDb db, string? user, string? conversation, string? reason)
    {
        var letters = db.DeadLetters.AsNoTracking().Where(d => d.State == DeadLetterState.Dead);
        letters = user is null ? letters : letters.Where(d => d.UserId == user);
        letters = conversation is null ? letters : letters.Where(d => d.ConversationId == conversation);
        return reason is null ? letters : IsUntold(reason) ? letters.Where(d => d.LastError == null) : letters.Where(d => d.LastError == reason);
    }

    private static bool IsUntold(string? reason) => reason is "" or FailureReasons.Unacknowledged;

    private static IQueryable<DeadLetterRow> Sort(IQueryable<DeadLetterRow> letters, string sort, bool descending) => (sort, descending) switch
    {
        ("user", true) => letters.OrderByDescending(d => d.UserId).ThenBy(d => d.Id),
        ("user", _) => letters.OrderBy(d => d.UserId).ThenBy(d => d.Id),
        ("attempts", true) => letters.OrderByDescending(d => d.Attempts).ThenBy(d => d.Id),
        ("attempts", _) => letters.OrderBy(d => d.Attempts).ThenBy(d => d.Id),
        (_, true) => letters.OrderByDescending(d => d.LastAt).ThenBy(d => d.Id),
        _ => letters.OrderBy(d => d.LastAt).ThenBy(d => d.Id),
    };

    private static DeadLetterView View(DeadLetterRow row) => new()
    {
        Id = row.Id,
        User = row.UserId,
        Device = row.DeviceId,
        Conversation = row.ConversationId,
        Seq = row.Seq,
        MessageId = row.EventId,
        Type = row.EventType,
        Attempts = row.Attempts,
        Reason = row.LastError ?? FailureReasons.Unacknowledged,
        FirstError = row.FirstError,
        FirstAt = At(row.FirstAt),
        At = At(row.LastAt),
    };

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
