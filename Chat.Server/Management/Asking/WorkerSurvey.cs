using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Nodes;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Asking;

/// <summary>Asks workers, all or any, and never waits for one that hangs.</summary>
internal sealed class WorkerSurvey(IWorkersMonitor monitor, IWorkerQuestions questions, TimeProvider time)
{
    /// <summary>What is left of the two seconds after the way there and back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <summary>One that has not answered after this is not waited for alone.</summary>
    private static readonly TimeSpan Hedge = TimeSpan.FromMilliseconds(400);

    /// <summary>Asks every worker that is meant to run; those that do not answer in time are named.</summary>
    public async Task<Survey<T>> AllAsync<T>(string name, object question, CancellationToken timeUp)
    {
        var body = JsonSerializer.SerializeToElement(question, ChatJson.Options);
        var workers = monitor.Current.Workers.Where(w => w.Wanted).ToArray();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeUp);
        limit.CancelAfter(Patience);
        var answers = await Task.WhenAll(workers.Select(w => AskAsync<T>(w, name, body, limit.Token)));
        var missing = workers.Zip(answers).Where(a => a.Second.Refusal is not null).Select(a => new MissingAnswer(a.First.Id, a.Second.Refusal!.Message)).ToArray();
        var answered = workers.Length - missing.Length;
        return new(
            [.. workers.Zip(answers).Where(a => a.Second.Refusal is null).Select(a => (a.First.Id, a.Second.Value!))],
            missing.Length == 0 ? null : PartialOf(workers.Length, missing));
    }

    /// <summary>
    /// Asks every worker of this node and, through one of them, those of the others, as far as they can be reached. Their names then say
    /// where they are: <c>w1@host</c>.
    /// </summary>
    /// <param name="name">One of <see cref="Questions"/>.</param>
    /// <param name="question">Its body.</param>
    /// <param name="timeUp">The end of the call.</param>
    /// <param name="toOthers">The body for other nodes, where less is wanted of them.</param>
    public async Task<Survey<T>> EverywhereAsync<T>(string name, object question, CancellationToken timeUp, object? toOthers = null)
    {
        // Of one worker only: a second one would put the same question once more.
        var body = new NodesQuestion(name, JsonSerializer.SerializeToElement(toOthers ?? question, ChatJson.Options));
        var asking = AnyAsync<NodesFound>(Questions.OtherNodes, body, timeUp, Patience);
        var here = await AllAsync<T>(name, question, timeUp);
        var elsewhere = await asking;
        return elsewhere.Value is { } found ? Together(here, found) : Together(here, new NodesFound([], 0, OutOfReach: true));
    }

    /// <summary>Asks as far as the caller wants to see.</summary>
    public Task<Survey<T>> AskAsync<T>(Scope scope, string name, object question, CancellationToken timeUp, object? toOthers = null) =>
        scope.Everywhere ? EverywhereAsync<T>(name, question, timeUp, toOthers) : AllAsync<T>(name, question, timeUp);

    /// <summary>Asks one worker, and the next when that one is slow or cannot answer: for what each of them can find out.</summary>
    /// <param name="name">One of <see cref="Questions"/>.</param>
    /// <param name="question">Its body.</param>
    /// <param name="timeUp">The end of the call.</param>
    /// <param name="hedge">How long one is waited for alone.</param>
    public async Task<Reply<T>> AnyAsync<T>(string name, object question, CancellationToken timeUp, TimeSpan? hedge = null)
    {
        var body = JsonSerializer.SerializeToElement(question, ChatJson.Options);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeUp);
        limit.CancelAfter(Patience);
        var waiting = new Queue<WorkerSnapshot>(monitor.Current.Workers.Where(Serves).OrderBy(w => w.HeartbeatAge ?? TimeSpan.MaxValue));
        var asked = new List<Task<Reply<T>>>();
        var refusal = Refusal.WorkersUnavailable;
        while (waiting.Count > 0 || asked.Count > 0)
        {
            if (waiting.TryDequeue(out var next))
            {
                asked.Add(AskAsync<T>(next, name, body, limit.Token));
            }

            var settled = await FirstAsync(asked, waiting.Count > 0 ? hedge ?? Hedge : Patience, limit.Token);
            if (settled is null)
            {
                continue;
            }

            asked.Remove(settled);
            var reply = await settled;
            if (reply.Refusal is null || reply.Refusal.Code is not (ManagementCodes.WorkersUnavailable or ManagementCodes.StorageUnavailable or ManagementCodes.Internal))
            {
                return reply;
            }

            refusal = reply.Refusal;
        }

        return refusal;
    }

    public static PartialAnswer PartialOf(int asked, IReadOnlyList<MissingAnswer> missing) => new()
    {
        Asked = asked,
        Answered = asked - missing.Count,
        Missing = missing,
        Text = $"{asked - missing.Count} of {asked} workers answered",
    };

    private static Survey<T> Together<T>(Survey<T> here, NodesFound elsewhere)
    {
        var opened = elsewhere.Answers.Select(a => (a.Worker, Reply: Open<T>(a.Answer))).ToArray();
        MissingAnswer[] missing =
        [
            .. here.Partial?.Missing ?? [],
            .. opened.Where(a => a.Reply.Refusal is not null).Select(a => new MissingAnswer(a.Worker, a.Reply.Refusal!.Message)),
            .. Enumerable.Repeat(new MissingAnswer("a worker of another node", "It did not answer in time."), elsewhere.Silent),
        ];
        var survey = new Survey<T>([.. here.Answers, .. opened.Where(a => a.Reply.Refusal is null).Select(a => (a.Worker, a.Reply.Value!))], here.Partial);
        if (missing.Length > 0)
        {
            survey = survey with { Partial = PartialOf(survey.Answers.Count + missing.Length, missing) };
        }

        return elsewhere.OutOfReach ? survey with { Partial = WithoutOtherNodes(survey.Partial ?? PartialOf(survey.Answers.Count, [])) } : survey;
    }

    private static PartialAnswer WithoutOtherNodes(PartialAnswer partial) => partial with
    {
        Missing = [.. partial.Missing, new MissingAnswer("other nodes", "They could not be asked: Redis, through which they are reached, is away.")],
        Text = $"{partial.Text}; other nodes could not be asked",
    };

    private static bool Serves(WorkerSnapshot worker) => worker.State is WorkerState.Healthy or WorkerState.Draining or WorkerState.Unresponsive;

    private async Task<Task<Reply<T>>?> FirstAsync<T>(List<Task<Reply<T>>> asked, TimeSpan wait, CancellationToken timeUp)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(timeUp);
        var pause = Task.Delay(wait, time, enough.Token);
        var first = await Task.WhenAny(asked.Append<Task>(pause));
        await enough.CancelAsync();
        return first as Task<Reply<T>>;
    }

    private async Task<Reply<T>> AskAsync<T>(WorkerSnapshot worker, string name, JsonElement body, CancellationToken timeUp)
    {
        if (!Serves(worker))
        {
            return new Refusal(ManagementCodes.WorkersUnavailable, $"It is {Views.Words.Of(worker.State)}.");
        }

        try
        {
            var answer = await questions.AskAsync(worker.Id, name, body, timeUp).WaitAsync(timeUp);
            return Open<T>(answer);
        }
        catch (OperationCanceledException)
        {
            return new Refusal(ManagementCodes.WorkersUnavailable, "It did not answer in time.", Retryable: true, RetryAfter: 5);
        }
    }

    private static Reply<T> Open<T>(WorkerAnswer answer)
    {
        if (answer.Body is not { } element)
        {
            return new Refusal(ManagementCodes.WorkersUnavailable, answer.Problem ?? "It did not answer.");
        }

        var reply = element.Deserialize<WorkerReply>(ChatJson.Options)!;
        if (reply.Code == ManagementCodes.StorageUnavailable)
        {
            return Refusal.StorageUnavailable;
        }

        return reply.Code is { } code ? new Refusal(code, reply.Message ?? "") : reply.Value!.Value.Deserialize<T>(ChatJson.Options)!;
    }
}

/// <summary>What the workers said, and who said nothing.</summary>
internal sealed record Survey<T>(IReadOnlyList<(string Worker, T Answer)> Answers, PartialAnswer? Partial);
