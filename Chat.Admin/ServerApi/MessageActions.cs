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

    public Task<bool> ReplayAsync(DeadLetterRequest request, string what) => BatchAsync(
        request, Role.Operator, "deadletter.replay", ManagementRoutes.DeadLetterReplay, what, "Replay",
        "Each keeps its id and its place in the conversation, so it cannot be stored twice; clients show it in place.", reason: false);

    public Task<bool> DiscardAsync(DeadLetterRequest request, string what) => BatchAsync(
        request, Role.Admin, "deadletter.discard", ManagementRoutes.DeadLetterDiscard, what, "Discard",
        "They are not sent again. There is no undo.", reason: true);

    // First a dry run: the question shows how many they are and some of them, and the act is refused when it is another number by then.
    private async Task<bool> BatchAsync(DeadLetterRequest request, Role least, string action, string route, string what, string verb, string effect, bool reason)
    {
        var preview = await actions.PostAnyAsync<DeadLetterResult>(least, action, what, route, request with { DryRun = true, Reason = reason ? "(preview)" : null });
        if (preview?.Value is not { } found)
        {
            if (preview?.Error is { } error)
            {
                actions.Tell(error, what);
            }

            return false;
        }

        var question = new Question($"{verb} {found.Matched} {(found.Matched == 1 ? "letter" : "letters")}?", effect, verb)
        {
            Sample = [.. found.Sample.Take(5).Select(s => $"{s.User} ({s.Device}): {s.Conversation} seq {s.Seq}, {s.Reason}")],
            ReasonRequired = reason,
            Typed = reason || found.Matched > Many ? $"{found.Matched}" : null,
            Danger = reason,
        };
        if (await desk.AskAsync(question) is not { } consent)
        {
            return false;
        }

        long done = 0, failed = 0, left;
        var expected = found.Matched;
        do
        {
            var reply = await actions.PostAnyAsync<DeadLetterResult>(
                least, action, what, route, request with { Expected = request.Filter is null ? null : expected, Reason = reason ? consent.Reason : null });
            if (reply?.Value is not { } result)
            {
                if (reply?.Error is { } error)
                {
                    actions.Tell(error, what);
                }

                return done > 0;
            }

            done += result.Done;
            failed += result.Failed;
            left = result.Done + result.Failed == 0 ? 0 : result.Left;
            expected = left;
        }
        while (left > 0 && request.Filter is not null);

        actions.Tell(failed > 0 ? Radzen.NotificationSeverity.Warning : Radzen.NotificationSeverity.Success, verb, $"{done} done, {failed} failed{(done == 0 && failed == 0 ? ": somebody was faster" : "")}.");
        return true;
    }
}
