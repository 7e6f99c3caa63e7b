using System.Text.Json;
using Chat.Admin.Access;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;
using Microsoft.Extensions.Options;

namespace Chat.Admin.ServerApi;

/// <summary>What can be done to messages and dead letters. Letters are rows of the one database: any node acts for all, and acts once.</summary>
internal sealed class MessageActions(Actions actions, DialogDesk desk, IOptions<AdminOptions> options)
{
    private const int Many = 100;
    private const int Portion = 20;
    private const string ReplayAction = "letter.replay";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public bool Revealable => options.Value.RevealBodies;

    /// <summary>The body as text; null when it was not to be had.</summary>
    public async Task<string?> RevealAsync(MessageView message)
    {
        if (!Revealable
            || await desk.AskAsync(new($"Reveal the body of seq {message.Seq}?", $"From {message.Sender}, {message.Bytes} bytes. Who looked, when and why goes into the audit log; the body does not.", "Reveal") { ReasonRequired = true }) is not { } consent)
        {
            return null;
        }

        var target = $"message/{message.Conversation}/{message.Seq}";
        var reply = await actions.PostAnyAsync<BodyView>(Role.Admin, "message.reveal", target, Address.Of(ManagementRoutes.MessageReveal, message.Conversation, message.Seq), new ReasonRequest { Reason = consent.Reason });
        if (reply?.Error is { } error)
        {
            actions.Tell(error, target);
        }

        return reply?.Value is { } body ? body.Body is { } json ? JsonSerializer.Serialize(json, Indented) : "(the body is gone)" : null;
    }

    /// <summary>The message that was sent to try the topic out; null when none was.</summary>
    public async Task<TestMessage?> TestAsync(string topic)
    {
        var question = new Question($"Publish a test message to {topic}?", "All its subscribers get it: {\"text\":\"A test by an operator.\",\"test\":true}, from $operator.", "Publish");
        if (await desk.AskAsync(question) is null)
        {
            return null;
        }

        var target = $"conversation/{topic}";
        var reply = await actions.PostAnyAsync<TestMessage>(Role.Admin, "topic.test", target, Address.Of(ManagementRoutes.TopicTest, topic), new ReasonRequest());
        if (reply?.Error is { } error)
        {
            actions.Tell(error, target);
        }

        return reply?.Value;
    }

    public Task<bool> ReplayAsync(DeadLetterRequest request, string what, Action<LetterRun>? told = null, CancellationToken stop = default) => BatchAsync(
        new(request, Role.Operator, ReplayAction, ManagementRoutes.DeadLetterReplay, what, "Replay", Reason: false),
        "Each keeps its id and its place in the conversation, so it cannot be stored twice; clients show it in place.",
        told,
        stop);

    public Task<bool> DiscardAsync(DeadLetterRequest request, string what, Action<LetterRun>? told = null, CancellationToken stop = default) => BatchAsync(
        new(request, Role.Admin, "letter.discard", ManagementRoutes.DeadLetterDiscard, what, "Discard", Reason: true), "They are not sent again. There is no undo.", told, stop);

    /// <summary>How letters stand by now; null when it cannot be told.</summary>
    public async Task<IReadOnlyList<DeadLetterStanding>?> LookAsync(IReadOnlyList<string> ids)
    {
        var reply = await actions.PostAnyAsync<DeadLetterResult>(
            Role.Operator, ReplayAction, $"{ids.Count} letters", ManagementRoutes.DeadLetterReplay, new DeadLetterRequest { Ids = ids, DryRun = true });
        return reply?.Value?.Letters;
    }

    // First a dry run: the question shows how many they are and some of them, and the act is refused when it is another number by then.
    private async Task<bool> BatchAsync(Batch batch, string effect, Action<LetterRun>? told, CancellationToken stop)
    {
        if (await PostAsync(batch, batch.Request with { DryRun = true, Reason = batch.Reason ? "(preview)" : null }) is not { } found)
        {
            return false;
        }

        var question = new Question($"{batch.Verb} {found.Matched} {(found.Matched == 1 ? "letter" : "letters")}?", effect, batch.Verb)
        {
            Sample = [.. found.Sample.Take(5).Select(s => $"{s.User} ({s.Device}): {s.Conversation} seq {s.Seq}, {s.Reason}")],
            ReasonRequired = batch.Reason,
            Typed = batch.Reason || found.Matched > Many ? $"{found.Matched}" : null,
            Danger = batch.Reason,
        };
        if (await desk.AskAsync(question) is not { } consent)
        {
            return false;
        }

        var run = new LetterRun(batch.Verb, found.Matched);
        var request = batch.Request with { Reason = batch.Reason ? consent.Reason : null };
        told?.Invoke(run);
        var whole = request.Ids is { } ids ? PortionsAsync(batch, request, ids) : AllAsync(batch, request, found.Matched);
        var broken = false;
        await foreach (var result in whole)
        {
            broken = result is null;
            run = result is null ? run : run.After(result);
            told?.Invoke(run);
            if (stop.IsCancellationRequested || broken)
            {
                break;
            }
        }

        told?.Invoke(run with { Running = false });
        if (!broken)
        {
            var stopped = run.Done + run.Failed < run.Total && stop.IsCancellationRequested;
            actions.Tell(
                run.Failed > 0 || stopped ? Radzen.NotificationSeverity.Warning : Radzen.NotificationSeverity.Success,
                stopped ? $"{batch.Verb}: stopped" : batch.Verb,
                $"{run.Done} done, {run.Failed} failed{(stopped ? $", {run.Total - run.Done - run.Failed} left" : run is { Done: 0, Failed: 0 } ? ": somebody was faster" : "")}.");
        }

        return run.Done > 0 || !broken;
    }

    // A few at a time, so that it is seen how far it is and can be stopped.
    private async IAsyncEnumerable<DeadLetterResult?> PortionsAsync(Batch batch, DeadLetterRequest request, IReadOnlyList<string> ids)
    {
        foreach (var portion in ids.Chunk(Portion))
        {
            yield return await PostAsync(batch, request with { Ids = portion });
        }
    }

    // The server does a thousand with each call.
    private async IAsyncEnumerable<DeadLetterResult?> AllAsync(Batch batch, DeadLetterRequest request, long expected)
    {
        DeadLetterResult? result;
        do
        {
            yield return result = await PostAsync(batch, request with { Expected = expected });
            expected = result is null || result.Done + result.Failed == 0 ? 0 : result.Left;
        }
        while (expected > 0);
    }

    /// <summary>Null: refused or failed, and told.</summary>
    private async Task<DeadLetterResult?> PostAsync(Batch batch, DeadLetterRequest request)
    {
        var reply = await actions.PostAnyAsync<DeadLetterResult>(batch.Least, batch.Action, batch.What, batch.Route, request);
        if (reply?.Error is { } error)
        {
            actions.Tell(error, batch.What);
        }

        return reply?.Value;
    }

    private sealed record Batch(DeadLetterRequest Request, Role Least, string Action, string Route, string What, string Verb, bool Reason);
}
