using Chat.Contracts.Management;
using Chat.Server.Delivery;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;

namespace Chat.Server.Management.Answering;

/// <summary>What this process remembers of events: when it committed them, to whom it sent them, who acknowledged.</summary>
internal sealed class MemoryAnswers(DeliveryFacts facts, UserConnections users, TimeProvider time)
{
    private const int MostSteps = 200;

    public Task<Reply<Remembered>> RememberAsync(RememberedQuestion question, CancellationToken timeUp) => Task.FromResult<Reply<Remembered>>(
        new Remembered(
            [.. question.Events.Select(e => (IReadOnlyList<TraceStep>)[.. facts.Of(e.Conversation, e.Seq).Take(MostSteps).Select(Step)])],
            [.. question.Users.SelectMany(u => users.Of(u)).Select(p => new DevicePlace(p.User, p.Device)).Distinct()]));

    private TraceStep Step(DeliveryFact fact) => new()
    {
        At = time.GetUtcNow() - time.GetElapsedTime(fact.Timestamp),
        What = fact.Kind switch
        {
            FactKind.Committed => "committed",
            FactKind.Pushed => "pushed",
            FactKind.PushedAgain => "pushed-again",
            _ => "acknowledged",
        },
        User = fact.User,
        Device = fact.Device,
        Connection = fact.Connection,
    };
}
