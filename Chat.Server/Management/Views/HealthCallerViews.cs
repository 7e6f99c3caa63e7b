using Chat.Contracts.Management;
using Chat.Server.Health;
using Chat.Server.Management.Answering;
using Chat.Server.Management.Asking;
using Chat.Server.Workers;

namespace Chat.Server.Management.Views;

/// <summary>Who asks the node for its health: of all its processes, for a caller reaches now one, now another.</summary>
internal sealed class HealthCallerViews(HealthCallers own, WorkerSurvey survey, ProcessPlan plan)
{
    public async Task<HealthCallersAnswer> AllAsync(CancellationToken timeUp)
    {
        var found = await survey.AllAsync<List<HealthCallerView>>(Questions.HealthCallers, new HealthCallersQuestion(), timeUp);

        // A process that is its own only worker has answered already.
        var all = found.Answers.SelectMany(a => a.Answer).Concat(plan.ServesClients ? [] : HealthCallerAnswers.Of(own));
        return new()
        {
            Callers = [.. all.GroupBy(c => (c.Path, c.Kind, c.Address)).Select(Together).OrderByDescending(c => c.LastAt)],
            Partial = found.Partial,
        };
    }

    private static HealthCallerView Together(IEnumerable<HealthCallerView> same)
    {
        var latest = same.MaxBy(c => c.LastAt)!;
        return latest with { FirstAt = same.Min(c => c.FirstAt), Count = same.Sum(c => c.Count) };
    }
}
