using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Delivery;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Chat.Server.Sessions;

/// <summary>How long each connection's token lasts: tells ahead of its end, takes another one, and ends what was not refreshed.</summary>
internal sealed partial class SessionBook(
    DeliveryService delivery,
    TokenCheck tokens,
    BlockedUsers blocked,
    AccessLimits limits,
    AccessMeter meter,
    IOptions<SessionsOptions> options,
    TimeProvider time,
    ILogger<SessionBook> logger) : BackgroundService
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    public void Open(HubConnectionContext connection) => _sessions[connection.ConnectionId] = NewSession(connection, connection.User);

    public void Close(HubConnectionContext connection) => _sessions.TryRemove(connection.ConnectionId, out _);

    /// <summary>Replaces the token of a connection by another one of the same user.</summary>
    public async Task<Result> RefreshAsync(HubConnectionContext connection, RefreshTokenRequest? request)
    {
        var user = connection.UserIdentifier!;
        if (!limits.TryCall(user, out var wait))
        {
            return Result.Failure(AccessErrors.RateLimited(wait));
        }

        var verdict = await tokens.CheckAsync(request?.Token, connection.ConnectionAborted);
        if (verdict is not { Principal: { } principal })
        {
            return Result.Failure(verdict.Error!);
        }

        if (principal.FindFirst("sub")!.Value != user)
        {
            meter.Refused("subject");
            Log.OtherSubject(logger);
            return Result.Failure(AccessErrors.OtherSubject);
        }

        if (blocked.Contains(user) || RefreshableUser.Of(connection) is not { } holder)
        {
            meter.Refused("blocked");
            return Result.Failure(AccessErrors.Blocked);
        }

        holder.Replace(principal);
        delivery.CheckTopics(connection);
        if (_sessions.ContainsKey(connection.ConnectionId))
        {
            _sessions[connection.ConnectionId] = NewSession(connection, principal);
            if (connection.ConnectionAborted.IsCancellationRequested)
            {
                // It went in between, and whoever closed it has looked already.
                Close(connection);
            }
        }

        return Result.Success;
    }

    /// <summary>Looks once at every connection.</summary>
    internal void Check()
    {
        var now = time.GetUtcNow();
        foreach (var entry in _sessions)
        {
            var session = entry.Value;
            switch (SessionPolicy.Judge(session.End, session.Notice, session.Told, now))
            {
                case SessionVerdict.Tell:
                    session.Told = true;
                    delivery.Announce(session.Connection, new Notice { Kind = NoticeKinds.TokenExpiring, At = session.End });
                    break;
                case SessionVerdict.End when _sessions.TryRemove(entry):
                    Log.Ended(logger, session.Connection.ConnectionId);
                    _ = delivery.CloseAsync(session.Connection, new Notice { Kind = NoticeKinds.Bye, Code = ErrorCodes.TokenExpired, Retry = true });
                    break;
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Step, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                Check();
            }
            catch (Exception e)
            {
                Log.CheckFault(logger, e);
            }
        }
    }

    private Session NewSession(HubConnectionContext connection, ClaimsPrincipal user)
    {
        // The door demands an expiry of every token.
        var expires = long.TryParse(user.FindFirst("exp")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.MaxValue;
        var now = time.GetUtcNow();
        var end = SessionPolicy.EndOf(expires, now, BearerSetup.ClockTolerance);
        return new Session(connection, end, SessionPolicy.NoticeOf(end, now, options.Value.ExpiryNotice));
    }

    private sealed class Session(HubConnectionContext connection, DateTimeOffset end, DateTimeOffset notice)
    {
        public HubConnectionContext Connection => connection;

        public DateTimeOffset End => end;

        public DateTimeOffset Notice => notice;

        public bool Told { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(1320, LogLevel.Information, "The token of connection {Connection} has ended; it is closed, and the client may come back with another", EventName = "SessionEnded")]
        public static partial void Ended(ILogger logger, string connection);

        [LoggerMessage(1321, LogLevel.Warning, "A connection was given the token of another user; refused", EventName = "OtherSubject")]
        public static partial void OtherSubject(ILogger logger);

        [LoggerMessage(1322, LogLevel.Error, "Tokens of open connections could not be looked at; trying again", EventName = "SessionCheckFault")]
        public static partial void CheckFault(ILogger logger, Exception exception);
    }
}
