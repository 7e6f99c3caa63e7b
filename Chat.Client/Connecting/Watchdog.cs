using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Client.Connecting;

/// <summary>
/// Asks a silent connection for the server's time and ends it when no answer comes. Keep-alives prove less: they also flow
/// through a proxy's or a suspended process's half-dead connection, and they say nothing of the hub.
/// </summary>
internal static class Watchdog
{
    public static async Task WatchAsync(HubSession session, ChatClientOptions options)
    {
        var time = options.TimeProvider;
        try
        {
            while (true)
            {
                var rest = options.WatchdogInterval - session.SilentFor;
                if (rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest, time, session.Ended);
                    continue;
                }

                await session.InvokeAsync<PingResult>("Ping", new PingRequest(), session.Ended)
                    .WaitAsync(options.WatchdogTimeout, time, session.Ended);
            }
        }
        catch (TimeoutException)
        {
            session.End(new SessionEnd.Stuck());
        }
        catch (Exception e) when (e is OperationCanceledException or SessionLostException)
        {
            // The session is over.
        }
        catch (HubException)
        {
            // A hub without Ping: it answers, so it lives, but asking again is of no use. SignalR's own time-out remains.
        }
    }
}
