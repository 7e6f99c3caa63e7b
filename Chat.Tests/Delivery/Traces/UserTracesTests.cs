using Chat.Server.Delivery.Traces;
using Chat.Tests.Support;

namespace Chat.Tests.Delivery.Traces;

public sealed class UserTracesTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _time = new();
    private readonly UserTraces _traces;

    public UserTracesTests() => _traces = new UserTraces(_time);

    [Fact]
    public void Note_OfATracedUser_IsKept_OfOthersNot()
    {
        Assert.True(_traces.Start("1", "ada", "otto", Minute));
        Note("ada", 1);
        Note("bob", 2);
        Assert.Equal([1L], Seqs("ada"));
        Assert.Null(_traces.Find("bob"));
        Assert.Equal((true, false, false), (_traces.IsTraced("ada"), _traces.IsTraced("bob"), _traces.IsTraced(null)));
    }

    [Fact]
    public void Trace_TimeIsUp_EndsByItselfAndIsForgottenLater()
    {
        _traces.Start("1", "ada", "otto", Minute);
        Note("ada", 1);
        _time.Advance(Minute);
        Note("ada", 2);
        Assert.False(_traces.IsTraced("ada"));
        Assert.Equal([1L], Seqs("ada"));
        Assert.NotNull(_traces.Find("ada")!.EndedAt);
        Assert.False(_traces.Stop("ada"));

        _time.Advance(UserTraces.KeptFor);
        Assert.Null(_traces.Find("ada"));
    }

    [Fact]
    public void Trace_AskedForLonger_EndsAfterTenMinutes()
    {
        _traces.Start("1", "ada", "otto", TimeSpan.FromDays(1));
        _time.Advance(UserTraces.Longest - TimeSpan.FromSeconds(1));
        Assert.True(_traces.IsTraced("ada"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_traces.IsTraced("ada"));
    }

    [Fact]
    public void Stop_EndsItNow_AndWhatWasNotedStaysForTheSameWhile()
    {
        _traces.Start("1", "ada", "otto", Minute);
        Note("ada", 1);
        Assert.True(_traces.Stop("ada"));
        Note("ada", 2);
        _time.Advance(UserTraces.KeptFor - TimeSpan.FromSeconds(1));
        Assert.Equal([1L], Seqs("ada"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_traces.Find("ada"));
    }

    [Fact]
    public void Start_ToldTwice_GoesOn_AndAnotherBeginsAnew()
    {
        _traces.Start("1", "ada", "otto", Minute);
        Note("ada", 1);
        _time.Advance(Minute / 2);
        Assert.True(_traces.Start("1", "ada", "otto", Minute));
        Assert.Equal([1L], Seqs("ada"));

        Assert.True(_traces.Start("2", "ada", "vera", Minute));
        Assert.Empty(Seqs("ada"));

        // The clock of the first one is not the second one's.
        _time.Advance(Minute / 2);
        Assert.True(_traces.IsTraced("ada"));
        _time.Advance(Minute / 2);
        Assert.False(_traces.IsTraced("ada"));
    }

    [Fact]
    public void Start_MoreThanMayRun_IsRefused_UntilOneEnds()
    {
        for (var n = 0; n < UserTraces.MostAtOnce; n++)
        {
            Assert.True(_traces.Start($"{n}", $"u{n}", "otto", Minute));
        }

        Assert.False(_traces.Start("x", "one more", "otto", Minute));
        Assert.True(_traces.Start("y", "u0", "otto", Minute));
        _traces.Stop("u1");
        Assert.True(_traces.Start("x", "one more", "otto", Minute));
    }

    [Fact]
    public void Start_MoreThanAreKept_ForgetsTheOneThatEndedFirst()
    {
        for (var n = 0; n <= UserTraces.MostKept; n++)
        {
            Assert.True(_traces.Start($"{n}", $"u{n}", "otto", Minute));
            _time.Advance(TimeSpan.FromSeconds(1));
            _traces.Stop($"u{n}");
        }

        Assert.Null(_traces.Find("u0"));
        Assert.NotNull(_traces.Find("u1"));
    }

    [Fact]
    public void Notes_MoreThanThereIsRoomFor_KeepTheNewestAndAreCounted()
    {
        _traces.Start("1", "ada", "otto", Minute);
        for (var seq = 1; seq <= UserTraceRun.MostNotes + 5; seq++)
        {
            Note("ada", seq);
        }

        var (notes, before) = _traces.Find("ada")!.Latest(100);
        Assert.Equal((100, UserTraceRun.MostNotes + 5 - 100L), (notes.Count, before));
        Assert.Equal(UserTraceRun.MostNotes + 5, notes[^1].Last);
    }

    [Fact]
    public void Words_OfAClient_AreCut() =>
        Assert.Equal((100, 100), (new TraceNote(TracedKind.Called, null, null) { Conversation = new('x', 30_000) }.Conversation!.Length, new TraceNote(TracedKind.Called, null, null) { Message = new('x', 101) }.Message!.Length));

    private void Note(string user, long seq) => _traces.Note(user, new TraceNote(TracedKind.Pushed, "phone", "c1") { First = seq, Last = seq });

    private IEnumerable<long> Seqs(string user) => _traces.Find(user)!.Latest(int.MaxValue).Notes.Select(n => n.Last);
}
