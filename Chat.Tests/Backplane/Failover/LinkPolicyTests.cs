using Chat.Server.Backplane;
using Chat.Server.Backplane.Failover;
using Xunit;

namespace Chat.Tests.Backplane.Failover;

public sealed class LinkPolicyTests
{
    private static readonly LinkTimings Timings = new(
        SuspectAfter: Seconds(1), LostAfter: Seconds(2), Hold: Seconds(1), MaxHold: Seconds(30), StableAfter: Seconds(60), RestoreRetry: Seconds(3));

    private static readonly LinkFacts Healthy = new(
        Linked: true, Interrupted: false, Silence: TimeSpan.Zero, Refusal: null, RestoreProgress.Running, DatabaseUp: true);

    private static readonly LinkFacts Silent = Healthy with { Silence = Seconds(1) };
    private static readonly LinkFacts Unlinked = Healthy with { Linked = false };
    private static readonly LinkFacts Broken = Healthy with { Interrupted = true };
    private static readonly LinkFacts Refused = Healthy with { Refusal = "refused" };

    private static LinkView Connected(double declared = 0) => new(LinkState.Connected, Seconds(declared), DeclaredSince: Seconds(declared));

    private static LinkView Suspect(double since) => new(LinkState.Suspect, Seconds(since), DeclaredSince: Seconds(0), TroubleSince: Seconds(since));

    private static LinkView Lost(int losses, double? healthySince = null) =>
        new(LinkState.Lost, Seconds(0), HealthySince: healthySince is { } s ? Seconds(s) : null, Losses: losses);

    private static LinkView Restoring(bool declared, double since = 10, double? trouble = null) => new(
        LinkState.Restoring, Seconds(since), declared ? Seconds(0) : null, trouble is { } t ? Seconds(t) : null, Losses: declared ? 0 : 1);

    public static TheoryData<string, object, object, double, string, string> Cases => new()
    {
        { "nothing wrong", Connected(), Healthy, 10, nameof(LinkDecision.Stay), nameof(LinkState.Connected) },
        { "silence raises suspicion", Connected(), Silent, 10, nameof(LinkDecision.Doubt), nameof(LinkState.Suspect) },
        { "a link that is gone raises suspicion", Connected(), Unlinked, 10, nameof(LinkDecision.Doubt), nameof(LinkState.Suspect) },
        { "a link that broke and healed between two looks", Connected(), Broken, 10, nameof(LinkDecision.Doubt), nameof(LinkState.Suspect) },
        { "a refusal needs no suspicion", Connected(), Refused, 10, nameof(LinkDecision.Lose), nameof(LinkState.Lost) },
        { "suspicion lasts", Suspect(10), Unlinked, 11.9, nameof(LinkDecision.Stay), nameof(LinkState.Suspect) },
        { "suspicion lasted too long", Suspect(10), Unlinked, 12, nameof(LinkDecision.Lose), nameof(LinkState.Lost) },
        { "suspicion turns to refusal", Suspect(10), Refused, 10.1, nameof(LinkDecision.Lose), nameof(LinkState.Lost) },
        { "suspicion cleared", Suspect(10), Healthy, 11, nameof(LinkDecision.BeginRestore), nameof(LinkState.Restoring) },
        { "lost and still away", Lost(1), Unlinked, 10, nameof(LinkDecision.Stay), nameof(LinkState.Lost) },
        { "lost, first sign of life", Lost(1), Healthy, 10, nameof(LinkDecision.Stay), nameof(LinkState.Lost) },
        { "lost, behaved long enough", Lost(1, healthySince: 10), Healthy, 11, nameof(LinkDecision.BeginRestore), nameof(LinkState.Restoring) },
        { "lost three times, the hold has doubled twice", Lost(3, healthySince: 10), Healthy, 13.9, nameof(LinkDecision.Stay), nameof(LinkState.Lost) },
        { "lost three times, behaved long enough", Lost(3, healthySince: 10), Healthy, 14, nameof(LinkDecision.BeginRestore), nameof(LinkState.Restoring) },
        { "at the start the first sign of life is enough", LinkView.AtStart(Seconds(0)), Healthy, 1, nameof(LinkDecision.BeginRestore), nameof(LinkState.Restoring) },
        { "reading goes on", Restoring(declared: false), Healthy, 15, nameof(LinkDecision.Stay), nameof(LinkState.Restoring) },
        { "reading is done", Restoring(declared: false), Done(), 15, nameof(LinkDecision.Declare), nameof(LinkState.Connected) },
        { "reading failed a moment ago", Restoring(declared: false), Failed(), 12.9, nameof(LinkDecision.Stay), nameof(LinkState.Restoring) },
        { "reading failed and is tried again", Restoring(declared: false), Failed(), 13, nameof(LinkDecision.BeginRestore), nameof(LinkState.Restoring) },
        { "reading failed for want of a database", Restoring(declared: false), Failed() with { DatabaseUp = false }, 11, nameof(LinkDecision.Declare), nameof(LinkState.Connected) },
        { "broken again while coming back", Restoring(declared: false), Broken, 11, nameof(LinkDecision.Lose), nameof(LinkState.Lost) },
        { "done, but broken again at the same moment", Restoring(declared: false), Done() with { Interrupted = true }, 11, nameof(LinkDecision.Lose), nameof(LinkState.Lost) },
        { "broken again after a suspicion", Restoring(declared: true, since: 10, trouble: 9), Broken, 10.5, nameof(LinkDecision.Doubt), nameof(LinkState.Suspect) },
        { "blinking counts as one suspicion", Restoring(declared: true, since: 10.9, trouble: 9), Broken, 11, nameof(LinkDecision.Lose), nameof(LinkState.Lost) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decide_EachCase_NamesTheOutcome(string why, object view, object facts, double now, string decision, string state)
    {
        var made = LinkPolicy.Decide((LinkView)view, (LinkFacts)facts, Timings, Seconds(now));

        Assert.True(decision == made.GetType().Name && made.Next.State.ToString() == state, $"{why}: {made}");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(6, 30)]
    [InlineData(1000, 30)]
    public void HoldFor_Losses_DoublesUpToTheLimit(int losses, double seconds) =>
        Assert.Equal(Seconds(seconds), LinkPolicy.HoldFor(losses, Timings));

    [Theory]
    [InlineData(true, true, nameof(BackplaneMode.Redis))]
    [InlineData(true, false, nameof(BackplaneMode.Redis))]
    [InlineData(false, true, nameof(BackplaneMode.Database))]
    [InlineData(false, false, nameof(BackplaneMode.Local))]
    public void Mode_OfRedisAndDatabase_PrefersRedis(bool declared, bool databaseUp, string mode) =>
        Assert.Equal(mode, LinkPolicy.Mode(declared, databaseUp).ToString());

    [Theory]
    [InlineData(59, 4)]
    [InlineData(60, 1)]
    public void Decide_LossAfterAStableTime_ForgetsEarlierLosses(double used, int losses)
    {
        var view = Connected(declared: 100) with { Losses = 3 };

        var made = LinkPolicy.Decide(view, Refused, Timings, Seconds(100 + used));

        Assert.Equal(losses, made.Next.Losses);
    }

    [Fact]
    public void Decide_SignOfLifeInterrupted_StartsTheHoldAnew()
    {
        var timeline = new Timeline(Lost(1));

        timeline.Run(Healthy, Seconds(0.75));
        timeline.Run(Broken, Seconds(0.25));
        timeline.Run(Healthy, Seconds(0.75));

        Assert.Equal(LinkState.Lost, timeline.View.State);
        timeline.Run(Healthy, Seconds(0.75));
        Assert.Equal(LinkState.Restoring, timeline.View.State);
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.5)]
    [InlineData(2)]
    [InlineData(5)]
    public void Decide_FlappingForAMinute_ChangesTheModeFewTimes(double half)
    {
        var timeline = new Timeline(Connected());

        while (timeline.Now < Seconds(60))
        {
            timeline.Run(Unlinked, Seconds(half));
            timeline.Run(Done(), Seconds(half));
        }

        // Down and up again with holds of 1, 2 and 4 s at most; after that each quiet time is too short.
        Assert.InRange(timeline.ModeChanges, 0, 7);
        timeline.Run(Done(), Seconds(31));
        Assert.Equal(LinkState.Connected, timeline.View.State);
    }

    [Fact]
    public void Decide_ShortBreak_KeepsTheModeAndReadsWhatWasMissed()
    {
        var timeline = new Timeline(Connected());

        timeline.Run(Unlinked, Seconds(1.5));
        timeline.Run(Done(), Seconds(1));

        Assert.Equal(0, timeline.ModeChanges);
        Assert.Equal(1, timeline.Restores);
        Assert.Equal(LinkState.Connected, timeline.View.State);
    }

    [Fact]
    public void Explain_EachState_TellsWhy()
    {
        Assert.Null(LinkPolicy.Explain(Connected(), Silent));
        Assert.Equal("refused", LinkPolicy.Explain(Lost(1), Refused));
        Assert.Equal("not connected", LinkPolicy.Explain(Lost(1), Unlinked));
        Assert.Equal("connected, but messages do not come back", LinkPolicy.Explain(Lost(1), Silent));
        Assert.Equal("connected again, waiting until it is stable", LinkPolicy.Explain(Lost(1, healthySince: 1), Healthy));
        Assert.Equal("connected again, reading what was missed", LinkPolicy.Explain(Restoring(declared: false), Healthy));
    }

    private static LinkFacts Done() => Healthy with { Restore = RestoreProgress.Completed };

    private static LinkFacts Failed() => Healthy with { Restore = RestoreProgress.Failed };

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>Lets the policy look four times a second.</summary>
    private sealed class Timeline(LinkView view)
    {
        private static readonly TimeSpan Tick = Seconds(0.25);

        public LinkView View { get; private set; } = view;

        public TimeSpan Now { get; private set; }

        public int ModeChanges { get; private set; }

        public int Restores { get; private set; }

        public void Run(LinkFacts facts, TimeSpan howLong)
        {
            for (var end = Now + howLong; Now < end; Now += Tick)
            {
                var decision = LinkPolicy.Decide(View, facts, Timings, Now);
                ModeChanges += decision.Next.Declared == View.Declared ? 0 : 1;
                Restores += decision is LinkDecision.BeginRestore ? 1 : 0;
                View = decision.Next;
            }
        }
    }
}
