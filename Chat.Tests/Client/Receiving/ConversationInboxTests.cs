using Chat.Client;
using Chat.Client.Receiving;
using Chat.Contracts;
using FsCheck;
using FsCheck.Fluent;
using static Chat.Tests.Client.Support.ClientUnderTest;

namespace Chat.Tests.Client.Receiving;

public sealed class ConversationInboxTests
{
    private readonly ConversationInbox _inbox = new("c", new InboxLoad(10_000));
    private readonly List<string> _seen = [];

    [Fact]
    public void Offer_TheFirstEventOfAll_StartsThere()
    {
        Assert.Equal(Arrival.Queued, _inbox.Offer(One("c", 41), live: true));

        HandleAll();
        Assert.Equal(["c-1-41"], _seen);
        Assert.Equal(41, _inbox.Acknowledgeable());
        Assert.Equal(new InboxPosition(1, 41), _inbox.Position());
    }

    [Fact]
    public void Offer_WhatWasHandled_IsToBeAcknowledgedAgainAndNotSeen()
    {
        Arrive(1, 2);
        HandleAll();

        Assert.Equal(Arrival.AlreadyHandled, _inbox.Offer(One("c", 2, attempt: 2), live: true));
        Assert.Equal(Arrival.AlreadyHandled, _inbox.Offer(One("c", 1), live: true));
        HandleAll();
        Assert.Equal(["c-1-1", "c-1-2"], _seen);
    }

    [Fact]
    public void Offer_AfterAGap_WaitsForWhatIsMissing()
    {
        Arrive(1);
        Assert.Equal(Arrival.Gap, _inbox.Offer(One("c", 4), live: true));
        Assert.Equal(new InboxGap(1, 3, 0), _inbox.Gap());
        HandleAll();
        Assert.Equal(["c-1-1"], _seen);

        Assert.Equal(Arrival.Gap, _inbox.Offer(One("c", 2), live: false));
        Assert.Equal(Arrival.Queued, _inbox.Offer(One("c", 3), live: false));
        HandleAll();

        Assert.Equal(["c-1-1", "c-1-2", "c-1-3", "c-1-4"], _seen);
        Assert.Null(_inbox.Gap());
        Assert.Equal(4, _inbox.Acknowledgeable());
    }

    [Fact]
    public void Offer_BeyondTheBoundOfEarlyEvents_RemembersThatThereIsMore()
    {
        Arrive(1);
        for (var seq = 3; seq < 2000; seq++)
        {
            _inbox.Offer(One("c", seq), live: true);
        }

        _inbox.Offer(One("c", 2), live: false);

        Assert.Equal(1999, _inbox.Gap()!.Value.To);
    }

    [Fact]
    public void Acknowledgeable_OnANewConnection_IsNeverBeyondWhatItSent()
    {
        Arrive(1, 2, 3, 4);
        HandleAll();

        _inbox.BeginSession();
        Assert.Null(_inbox.Acknowledgeable());
        Assert.Equal(Arrival.AlreadyHandled, _inbox.Offer(One("c", 3), live: true));
        Assert.Equal(3, _inbox.Acknowledgeable());
    }

    [Fact]
    public void BeginSession_WithAGap_ForgetsItBecauseTheServerSendsItAgain()
    {
        Arrive(1);
        _inbox.Offer(One("c", 3), live: true);

        _inbox.BeginSession();

        Assert.Null(_inbox.Gap());
        Arrive(2, 3);
        HandleAll();
        Assert.Equal(["c-1-1", "c-1-2", "c-1-3"], _seen);
    }

    [Fact]
    public void StartAt_APositionOfAnEarlierRun_PassesOverWhatLiesBefore()
    {
        _inbox.StartAt(1, 5);

        Assert.Equal(Arrival.AlreadyHandled, _inbox.Offer(One("c", 5), live: true));
        Assert.Equal(Arrival.Queued, _inbox.Offer(One("c", 6), live: true));
    }

    [Fact]
    public void Offer_OfANewEpoch_StartsAnewThere()
    {
        Arrive(1, 2, 3);
        HandleAll();

        Assert.Equal(Arrival.Queued, _inbox.Offer(One("c", 2, epoch: 2), live: true));
        HandleAll();

        Assert.Equal(["c-1-1", "c-1-2", "c-1-3", "c-2-2"], _seen);
        Assert.Equal(2, _inbox.Acknowledgeable());
        Assert.Equal(Arrival.Ignored, _inbox.Offer(One("c", 4, epoch: 1), live: true));
    }

    [Fact]
    public void Reset_ToALowerHead_TakesTheNextEventAndAcknowledgesOnlyTheNewLog()
    {
        Arrive(1, 2, 3);
        _inbox.Reset(1);
        HandleAll();
        Assert.Null(_inbox.Acknowledgeable());

        _inbox.Offer(One("c", 2, epoch: 2), live: true);
        HandleAll();

        Assert.Equal(["c-1-1", "c-1-2", "c-1-3", "c-2-2"], _seen);
        Assert.Equal(2, _inbox.Acknowledgeable());
    }

    [Fact]
    public void Reset_ToAHigherHead_JumpsWithoutAGap()
    {
        Arrive(1);
        _inbox.Reset(50);

        Assert.Equal(Arrival.Queued, _inbox.Offer(One("c", 51), live: true));
        Assert.Null(_inbox.Gap());
    }

    [Fact]
    public void Truncate_OfWhatIsNext_MovesThePosition()
    {
        Arrive(1);
        Assert.Equal(Arrival.Queued, _inbox.Truncate(2, 9));
        Arrive(10);
        HandleAll();

        Assert.Equal(["c-1-1", "c-1-10"], _seen);
        Assert.Equal(10, _inbox.Acknowledgeable());
        Assert.Equal(Arrival.Ignored, _inbox.Truncate(1, 9));
    }

    [Fact]
    public void Truncate_OfMoreThanWasHere_LeavesTheRestAsAGap()
    {
        Arrive(1);

        Assert.Equal(Arrival.Gap, _inbox.Truncate(3, 9));
        Assert.Equal(new InboxGap(1, 2, 0), _inbox.Gap());
    }

    [Fact]
    public void Failed_Handler_HoldsItsConversationUntilTheServerSendsTheEventAgain()
    {
        Arrive(1, 2, 3);
        HandleAll(failing: 2);
        Assert.Equal(["c-1-1"], _seen);
        Assert.Equal(1, _inbox.Acknowledgeable());
        Assert.False(_inbox.TryStart());
        Arrive(4);
        Assert.False(_inbox.TryStart());

        Assert.Equal(Arrival.Queued, _inbox.Offer(One("c", 2, attempt: 2), live: true));
        HandleAll();

        Assert.Equal(["c-1-1", "c-1-2 again", "c-1-3", "c-1-4"], _seen);
        Assert.Equal(4, _inbox.Acknowledgeable());
    }

    [Fact]
    public void Failed_WhenTheEventCameAgainWhileItsHandlerRan_TriesOnceMoreAtOnce()
    {
        Arrive(1);
        Assert.True(_inbox.TryStart());
        var entry = _inbox.Next()!;
        _inbox.Offer(One("c", 1, attempt: 2), live: true);

        Assert.Equal(AfterFailure.Again, _inbox.Failed(entry));
        Assert.Same(entry, _inbox.Next());
        Assert.Equal(AfterFailure.Blocked, _inbox.Failed(entry));
        Assert.Null(_inbox.Next());
    }

    [Fact]
    public void Skip_OfTheEventThatFailed_GoesOnBehindItAndTakesItsReplayLater()
    {
        Arrive(1, 2);
        HandleAll(failing: 1);

        Assert.Equal(Arrival.Queued, _inbox.Skip(1));
        HandleAll();
        Assert.Equal(["c-1-2"], _seen);
        Assert.Equal(2, _inbox.Acknowledgeable());

        Assert.Equal(Arrival.Queued, _inbox.Offer(One("c", 1, attempt: 3), live: true));
        HandleAll();
        Assert.Equal(["c-1-2", "c-1-1 again"], _seen);
        Assert.Equal(2, _inbox.Acknowledgeable());
    }

    [Fact]
    public void Skip_OfAnEventNotYetHere_LeavesNoGap()
    {
        Arrive(1);
        _inbox.Skip(2);
        Arrive(3);
        HandleAll();

        Assert.Equal(["c-1-1", "c-1-3"], _seen);
        Assert.Equal(3, _inbox.Acknowledgeable());
    }

    [Fact]
    public void Skip_WhileTheHandlerRunsAndThenFails_GoesOn()
    {
        Arrive(1, 2);
        _inbox.TryStart();
        var entry = _inbox.Next()!;
        Assert.Equal(Arrival.Ignored, _inbox.Skip(1));

        Assert.Equal(AfterFailure.Dropped, _inbox.Failed(entry));
        Assert.Equal(2, _inbox.Next()!.To);
    }

    [Fact]
    public void Reset_WhileAFailedEventWaits_DropsIt()
    {
        Arrive(1, 2);
        HandleAll(failing: 1);

        _inbox.Reset(0);
        HandleAll();

        Assert.Equal(["c-1-2"], _seen);
    }

    [Fact]
    public void Offer_AProvisionalEventAndItsTwin_IsSeenOnceAndMovesThePosition()
    {
        Arrive(1);
        Assert.Equal(Arrival.Queued, _inbox.Offer(One("c", null, id: "p"), live: true));
        Assert.Equal(Arrival.Ignored, _inbox.Offer(One("c", null, id: "p"), live: true));
        Assert.Equal(Arrival.Queued, _inbox.Offer(One("c", 2, id: "p"), live: true));
        Assert.Equal(Arrival.Ignored, _inbox.Offer(One("c", null, id: "p"), live: true));
        Arrive(3);
        HandleAll();

        Assert.Equal(["c-1-1", "p", "c-1-3"], _seen);
        Assert.Equal(3, _inbox.Acknowledgeable());
    }

    /// <summary>A send was stored, its receipt lost, and its repeat came while storage was away.</summary>
    [Fact]
    public void Offer_AProvisionalEventAfterItsTwin_TheFirstOfAll_IsNotSeenAgain()
    {
        Assert.Equal(Arrival.Queued, _inbox.Offer(One("c", 1, id: "p"), live: true));
        Assert.Equal(Arrival.Ignored, _inbox.Offer(One("c", null, id: "p"), live: true));
        HandleAll();

        Assert.Equal(["p"], _seen);
    }

    [Fact]
    public void Failed_ProvisionalEvent_IsDroppedAndItsTwinIsSeen()
    {
        _inbox.Offer(One("c", null, id: "p"), live: true);
        Assert.True(_inbox.TryStart());
        Assert.Equal(AfterFailure.Dropped, _inbox.Failed(_inbox.Next()!));
        Assert.Null(_inbox.Next());

        _inbox.Offer(One("c", 7, id: "p"), live: true);
        HandleAll();

        Assert.Equal(["p"], _seen);
    }

    [Fact]
    public void Offer_AReplayBeforeAnythingElse_IsSeenAloneAndMovesNoPosition()
    {
        Assert.Equal(Arrival.Queued, _inbox.Offer(One("c", 4, attempt: 3), live: true));
        Arrive(100);
        HandleAll();

        Assert.Equal(["c-1-4 again", "c-1-100"], _seen);
        Assert.Null(_inbox.Gap());
    }

    [Fact]
    public void Offer_WithoutRoom_KeepsTheEventBackUntilThereIsSome()
    {
        var load = new InboxLoad(1);
        var inbox = new ConversationInbox("c", load);
        inbox.Offer(One("c", 1), live: true);

        Assert.Equal(Arrival.Gap, inbox.Offer(One("c", 2), live: true));
        Assert.True(inbox.TryStart());
        inbox.Handled(inbox.Next()!);

        Assert.Equal(2, inbox.Next()!.To);
    }

    [Fact]
    public void Offer_ToAConversationThatIsStuck_LeavesRoomForOthers()
    {
        var load = new InboxLoad(100);
        var stuck = new ConversationInbox("stuck", load);
        for (var seq = 1; seq <= 200; seq++)
        {
            stuck.Offer(One("stuck", seq), live: true);
        }

        Assert.Equal(Arrival.Queued, new ConversationInbox("other", load).Offer(One("other", 1), live: true));
    }

    [Fact]
    public void Offer_InAnyOrderWithRepeats_ShowsEachOnceAndInOrder()
    {
        var disorder = Gen.Choose(1, 30).ListOf(200).Select(seqs => seqs.ToArray());
        Prop.ForAll(disorder.ToArbitrary(), seqs =>
        {
            var inbox = new ConversationInbox("c", new InboxLoad(1000));
            var seen = new List<long>();
            inbox.StartAt(1, 0);
            foreach (var seq in seqs.Concat(Enumerable.Range(1, 30)))
            {
                inbox.Offer(One("c", seq), live: true);
                if (seq % 3 == 0)
                {
                    Handle(inbox, entry => seen.Add(entry.Event!.Seq!.Value));
                }
            }

            Handle(inbox, entry => seen.Add(entry.Event!.Seq!.Value));
            Assert.Equal(Enumerable.Range(1, 30).Select(seq => (long)seq), seen);
            Assert.Equal(30, inbox.Acknowledgeable());
        }).QuickCheckThrowOnFailure();
    }

    private void Arrive(params long[] seqs)
    {
        foreach (var seq in seqs)
        {
            _inbox.Offer(One("c", seq), live: true);
        }
    }

    private void HandleAll(long? failing = null)
        => Handle(_inbox, entry => _seen.Add(entry.Event!.Id + (entry.Event.Attempt is null ? "" : " again")), failing);

    private static void Handle(ConversationInbox inbox, Action<InboxEntry> handle, long? failing = null)
    {
        if (!inbox.TryStart())
        {
            return;
        }

        while (inbox.Next() is { } entry)
        {
            if (failing is not null && entry.To == failing)
            {
                inbox.Failed(entry);
                continue;
            }

            if (entry.Event is not null)
            {
                handle(entry);
            }

            inbox.Handled(entry);
        }
    }
}

internal static class ConversationInboxProbe
{
    public static InboxGap? Gap(this ConversationInbox inbox)
    {
        var gap = inbox.NextGap();
        inbox.StopFilling();
        return gap;
    }
}
