using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Client.Connecting;

/// <summary>Gives the connection a fresh token before the old one ends it.</summary>
internal sealed class TokenRefresher(ChatClientOptions options, Action refreshed, Func<double> random)
{
    private readonly BackOff _backOff = new(options.BackOffBase, options.UnauthenticatedDelay);
    private HubSession? _refreshing;

    /// <summary>Asks for a token and hands it over, once.</summary>
    public async Task<Result> RefreshAsync(HubSession session, CancellationToken cancellationToken)
    {
        var token = options.AccessTokenProvider is { } provider ? await provider(cancellationToken) : null;
        if (token is null)
        {
            return Result.Failure(new ChatError(ErrorCodes.Unauthenticated, "There is no access token provider, or it has no token.", Retryable: false));
        }

        var result = await session.InvokeAsync<Result>("RefreshToken", new RefreshTokenRequest(token), cancellationToken);
        if (result.Ok)
        {
            refreshed();
        }

        return result;
    }

    /// <summary>Tries until the connection has a token or ends; a new connection asks for one anyway.</summary>
    public async Task KeepTryingAsync(HubSession session)
    {
        if (options.AccessTokenProvider is null || ReferenceEquals(Interlocked.Exchange(ref _refreshing, session), session))
        {
            return;
        }

        try
        {
            for (var failures = 0; !await TryAsync(session); failures++)
            {
                await Task.Delay(_backOff.Next(failures, random()), options.TimeProvider, session.Ended);
            }
        }
        catch (Exception e) when (e is SessionLostException or OperationCanceledException or HubException)
        {
            // The session is over, or its hub takes no tokens.
        }

        Interlocked.CompareExchange(ref _refreshing, null, session);
    }

    private async Task<bool> TryAsync(HubSession session)
    {
        try
        {
            return (await RefreshAsync(session, session.Ended)).Ok;
        }
        catch (Exception e) when (e is not (SessionLostException or OperationCanceledException or HubException))
        {
            // The application's token provider failed, as a sign-in service does at times.
            return false;
        }
    }
}
