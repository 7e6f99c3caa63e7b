using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Supervision;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Tests.Workers.Supervision;

public sealed class EventBoardTests
{
    private readonly EventBoard _board = new(NullLogger<EventBoard>.Instance);

    [Fact]
    public async Task Tell_ListenerThrows_TheOthersAndLaterEventsStillArrive()
    {
        var heard = new List<string>();
        _board.Happened += happened => heard.Add(happened.Text);
        _board.Happened += _ => throw new InvalidOperationException("broken listener");
        _board.Tell(Event("first"));
        _board.Tell(Event("second"));
        _board.Complete();
        await _board.RunAsync().WaitAsync(Eventually.Patience);
        Assert.Equal(["first", "second"], heard);
    }

    [Fact]
    public void Tell_BeatListenerThrows_TheHeartGoesOn()
    {
        _board.Beat += _ => throw new InvalidOperationException("broken listener");
        _board.Tell(new WorkerBeat(default, "w1", new(1, 1, 0, 0, 0, 0, 0, 0, Draining: false), new Dictionary<string, System.Text.Json.JsonElement>()));
        Assert.Empty(_board.Recent);
    }

    [Fact]
    public void Recent_MoreThanItKeeps_AreTheLatest()
    {
        for (var i = 0; i < 250; i++)
        {
            _board.Tell(Event($"{i}"));
        }

        Assert.Equal(["50", "249"], [_board.Recent[0].Text, _board.Recent[^1].Text]);
    }

    private static WorkerEvent Event(string text) => new(default, "w1", WorkerEvent.StateKind, null, WorkerState.Healthy, null, text);
}
