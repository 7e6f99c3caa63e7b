using Chat.Contracts.Management;
using Chat.Server.Management.Api;

namespace Chat.Server.Management.Asking;

/// <summary>Puts together how often the devices of some connections came back: each worker has counted those that came to it.</summary>
internal static class ReturnCounts
{
    /// <summary>With all that was done before: it must not cost the answer that it is only an ornament of.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(1.6);

    /// <param name="survey">Asks the workers.</param>
    /// <param name="call">For whom.</param>
    /// <param name="scope">How far the caller wants to see.</param>
    /// <param name="partial">Set when somebody did not answer before: then nobody is asked, for a sum without them would be too small.</param>
    /// <param name="rows">The connections.</param>
    /// <param name="spent">How long the call has taken so far.</param>
    public static async Task<ConnectionView[]> AddAsync(WorkerSurvey survey, ManagementCall call, Scope scope, PartialAnswer? partial, ConnectionView[] rows, TimeSpan spent)
    {
        if (partial is not null || rows.Length == 0 || spent >= Most)
        {
            return rows;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(call.TimeUp);
        limit.CancelAfter(Most - spent);
        var question = new ReturnsQuestion([.. rows.Select(r => new DeviceName(r.User, r.Device))]);
        var found = await survey.AskAsync<ReturnsFound>(scope, Questions.Returns, question, limit.Token);
        return found.Partial is not null
            ? rows
            : [.. rows.Select((row, i) => row with { Reconnects = Math.Max(0, found.Answers.Sum(a => a.Answer.Connects[i]) - 1) })];
    }
}
