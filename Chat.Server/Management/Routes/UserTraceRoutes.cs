using Chat.Contracts.Management;
using Chat.Server.Management.Answering;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Management.Callers;

namespace Chat.Server.Management.Routes;

/// <summary>Looking at what one user's connections do, for a while. The workers hold the trace; nothing of it is kept here.</summary>
internal sealed class UserTraceRoutes(WorkerSurvey survey, TimeProvider time) : IManagementRoutes
{
    private const double LongestSeconds = 600;

    public void Map(ManagementMap map)
    {
        map.Get(ManagementRoutes.UserTrace, "What a traced user's connections did, without what was said", ReadAsync, [Scope.Name], ManagementRole.Operator);
        map.Post<UserTraceRequest, ActionResult>(
            ManagementRoutes.UserTrace, new("user.trace", ManagementRole.Operator, Strict: true), "Begins to note what a user's connections do; ends by itself", StartAsync);
        map.Post<ReasonRequest, ActionResult>(ManagementRoutes.UserTraceStop, new("user.trace-stop", ManagementRole.Operator), "Ends a user's trace", StopAsync);
    }

    private async Task<Reply<ActionResult>> StartAsync(ManagementCall call, UserTraceRequest body)
    {
        if (RequestBody.NeedReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        var seconds = body.Seconds ?? LongestSeconds;
        if (call.Id.Length > QueryReader.LongestText || !(seconds >= 1 && seconds <= LongestSeconds))
        {
            return Refusal.Invalid($"seconds is a number from 1 to {LongestSeconds}, and the user an id of up to {QueryReader.LongestText} characters.");
        }

        call.After = $"for {seconds:0.#} s";
        var order = new UserTraceOrder(Guid.NewGuid().ToString("N"), call.Id, call.Caller.Name, seconds);
        var answers = await survey.EverywhereAsync<UserTraceStarted>(Questions.UserTraceStart, order, call.TimeUp);
        var count = answers.Answers.Count(a => a.Answer.Started);
        return answers.Answers.Count == 0 ? Refusal.WorkersUnavailable
            : count == 0 ? new Refusal(ManagementCodes.Conflict, "Too many users are traced already; end one of those traces.")
            : new ActionResult { Outcome = ActionOutcomes.Done, Text = $"Traced by {count} {(count == 1 ? "worker" : "workers")}.", Count = count, CorrelationId = call.CorrelationId, Partial = answers.Partial };
    }

    private async Task<Reply<ActionResult>> StopAsync(ManagementCall call, ReasonRequest body)
    {
        if (RequestBody.CheckReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        var answers = await survey.EverywhereAsync<UserTraceEnded>(Questions.UserTraceStop, new UserQuestion(call.Id), call.TimeUp);
        var count = answers.Answers.Count(a => a.Answer.Ended);
        return answers.Answers.Count == 0
            ? Refusal.WorkersUnavailable
            : new ActionResult
            {
                Outcome = count > 0 ? ActionOutcomes.Done : ActionOutcomes.Already,
                Text = count > 0 ? "The trace has ended." : "No trace runs.",
                Count = count,
                CorrelationId = call.CorrelationId,
                Partial = answers.Partial,
            };
    }

    private async Task<Reply<UserTrace>> ReadAsync(ManagementCall call)
    {
        var scope = Scope.Of(call.Query);
        if (call.Query.Problem is { } wrong)
        {
            return wrong;
        }

        var answers = await survey.AskAsync<UserTraceFound>(scope, Questions.UserTrace, new UserQuestion(call.Id), call.TimeUp);
        if (answers.Answers.Count == 0)
        {
            return Refusal.WorkersUnavailable;
        }

        // An older one may be left where the latest did not arrive.
        if (answers.Answers.Select(a => a.Answer).Where(a => a.Id is not null).MaxBy(a => a.StartedAt) is not { } latest)
        {
            return new UserTrace { User = call.Id, Partial = answers.Partial };
        }

        await TellNewcomersAsync(call, scope, latest, answers);
        var same = answers.Answers.Where(a => a.Answer.Id == latest.Id).ToArray();
        var steps = same.SelectMany(a => a.Answer.Steps.Select(s => s with { Worker = a.Worker })).OrderBy(s => s.At).ToArray();
        return new UserTrace
        {
            User = call.Id,
            Running = same.Any(a => a.Answer.Running),
            StartedAt = same.Min(a => a.Answer.StartedAt),
            EndsAt = same.Max(a => a.Answer.EndsAt),
            By = latest.By,
            Steps = [.. steps.TakeLast(UserTraceAnswers.MostSteps)],
            Before = same.Sum(a => a.Answer.Before) + Math.Max(0, steps.Length - UserTraceAnswers.MostSteps),
            Partial = answers.Partial,
        };
    }

    /// <summary>A worker that was restarted meanwhile learns of the trace from whoever looks at it.</summary>
    private async Task TellNewcomersAsync(ManagementCall call, Scope scope, UserTraceFound latest, Survey<UserTraceFound> answers)
    {
        var left = latest.EndsAt - time.GetUtcNow();
        if (latest.Running && left > TimeSpan.FromSeconds(1) && answers.Answers.Any(a => a.Answer.Id != latest.Id))
        {
            await survey.AskAsync<UserTraceStarted>(scope, Questions.UserTraceStart, new UserTraceOrder(latest.Id!, call.Id, latest.By, left.TotalSeconds), call.TimeUp);
        }
    }
}
