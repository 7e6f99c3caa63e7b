using Chat.Contracts;

namespace Chat.Client.Connecting;

/// <summary>Calls that change nothing or may be made twice: they wait for a connection, and are made again when it goes.</summary>
internal sealed class Caller(ConnectionLoop loop, TimeProvider time)
{
    private static readonly TimeSpan UsualMove = TimeSpan.FromSeconds(5);

    public async Task<TResult> CallAsync<TResult>(string method, object request, CancellationToken cancellationToken)
        where TResult : Result
    {
        while (true)
        {
            var session = await loop.SessionAsync(cancellationToken);
            try
            {
                var result = await session.InvokeAsync<TResult>(method, request, cancellationToken);
                if (result.Error is not { Code: ErrorCodes.Draining } error)
                {
                    return result;
                }

                // The server is about to send this client elsewhere, and the call goes there too.
                await MovedAsync(session, BackOff.Seconds(error.RetryAfter) ?? UsualMove, cancellationToken);
            }
            catch (SessionLostException)
            {
                // On to the next connection.
            }
        }
    }

    /// <summary>For what is worth nothing later.</summary>
    public Task PostAsync(string method, object request) => loop.Current?.PostAsync(method, request) ?? Task.CompletedTask;

    private async Task MovedAsync(HubSession session, TimeSpan atMost, CancellationToken cancellationToken)
    {
        try
        {
            await session.Completion.WaitAsync(atMost, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // It stays after all.
        }
    }
}
