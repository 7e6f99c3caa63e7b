using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Storage.DeadLetters;

namespace Chat.Server.Delivery.DeadLetters;

/// <summary>
/// Sends one device's replays, a few at a time: same id and seq, marked, each in a call of its own and outside of the window, for no position
/// waits for them. Acknowledged is one by exactly its seq, since everything cumulative stands beyond it already.
/// </summary>
internal sealed class ReplayRun(ConnectionPump pump, PumpServices services)
{
    private const int MostUnderWay = 32;

    private readonly Dictionary<(string Conversation, long Seq), (string Id, long SentAt)> _underWay = [];
    private volatile bool _wanted;
    private bool _more;
    private long? _heardAt;

    /// <summary>The loop is to look for replays; wake it afterwards.</summary>
    public void Want() => _wanted = true;

    public bool TakeWantedUnderLock()
    {
        lock (_underWay)
        {
            if (!_wanted || _underWay.Count >= MostUnderWay)
            {
                return false;
            }

            _wanted = false;
            return true;
        }
    }

    /// <summary>Sends what waits and is not under way; runs in the pump's loop.</summary>
    public async Task SendAsync()
    {
        string[] known;
        lock (_underWay)
        {
            known = [.. _underWay.Values.Select(u => u.Id)];
        }

        var room = MostUnderWay - known.Length;
        var replays = await services.WhenStoredAsync(
            ct => services.Letters.ReplaysAsync(pump.User, pump.Device, known, room, pump.MayFollow, ct), pump.Connection.ConnectionAborted);
        foreach (var replay in replays)
        {
            if (replay.Event is not { } e)
            {
                services.Rounds.ReplayIsVoid(replay.Id);
                continue;
            }

            lock (_underWay)
            {
                _underWay[(replay.Conversation, replay.Seq)] = (replay.Id, services.Time.GetTimestamp());
            }

            await pump.Writer.WriteAsync(Frames.Events([e], replay.Attempt));
        }

        lock (_underWay)
        {
            _more = replays.Count == room;
            if (_more && _underWay.Count < MostUnderWay)
            {
                // Some were void and made room.
                _wanted = true;
            }
        }
    }

    public bool TakesUnderLock(string conversation, long seq, string? error)
    {
        // Asked at every acknowledgement. A replay is noted before it is sent, so an answer to one never finds none.
        if (_underWay.Count == 0)
        {
            return false;
        }

        lock (_underWay)
        {
            var failed = !string.IsNullOrEmpty(error);
            if (!_underWay.Remove((conversation, failed ? seq + 1 : seq), out var replay))
            {
                return false;
            }

            if (failed)
            {
                services.Rounds.ReplayFailed(replay.Id, FailureReasons.HandlerFailed, ErrorText.Clean(error!));
            }
            else
            {
                services.Rounds.Replayed(replay.Id);
            }

            GoOnUnderLock();
            return true;
        }
    }

    /// <summary>Who says nothing about a replay for as long as a connection may stay silent has failed at it, if it is there at all.</summary>
    public void CheckUnderLock(bool heard)
    {
        lock (_underWay)
        {
            _heardAt = heard ? services.Time.GetTimestamp() : _heardAt;
            if (_underWay.Count == 0 || _heardAt is not { } heardAt)
            {
                return;
            }

            foreach (var (key, (id, sentAt)) in _underWay)
            {
                if (heardAt > sentAt && services.Time.GetElapsedTime(sentAt) >= services.Options.CloseAfter)
                {
                    _underWay.Remove(key);
                    services.Rounds.ReplayFailed(id, FailureReasons.Unacknowledged, error: null);
                    GoOnUnderLock();
                }
            }
        }
    }

    private void GoOnUnderLock()
    {
        if (_more)
        {
            _wanted = true;
            pump.Wake();
        }
    }
}
