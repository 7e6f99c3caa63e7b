using System.Text.Json;
using System.Threading.Channels;

namespace Chat.Admin.Playground;

/// <summary>
/// What one of the two has to say in one conversation: one message after the other, each with its id until there is a receipt, however
/// often the connection breaks meanwhile.
/// </summary>
internal sealed class PlayOutbox : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private readonly Channel<(string Id, string Text)> _waiting = Channel.CreateUnbounded<(string, string)>(new() { SingleReader = true });
    private readonly CancellationTokenSource _end = new();
    private readonly PlayUser _user;
    private readonly PlayRooms _rooms;
    private readonly bool _realtime;
    private readonly PlayScore _score;
    private readonly TimeProvider _time;
    private readonly Task _running;

    public PlayOutbox(PlayUser user, PlayRooms rooms, bool realtime, PlayScore score, TimeProvider time)
    {
        _user = user;
        _rooms = rooms;
        _realtime = realtime;
        _score = score;
        _time = time;
        _running = RunAsync();
    }

    public void Put(string text)
    {
        var id = Guid.CreateVersion7().ToString();
        _score.Sent(id);
        _waiting.Writer.TryWrite((id, text));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var (id, text) in _waiting.Reader.ReadAllAsync(_end.Token))
            {
                for (var attempt = 1; !await TrySendAsync(id, text, attempt); attempt++)
                {
                    await Task.Delay(Pause, _time, _end.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The page is gone.
        }
    }

    /// <summary>True when the message needs no further attempt.</summary>
    private async Task<bool> TrySendAsync(string id, string text, int attempt)
    {
        await _user.OnlineAsync(_end.Token);
        if (await _rooms.FindAsync(_user, _realtime, _end.Token) is not { } conversation
            || await _user.InvokeAsync("Send", new { id, conversation, type = "text", body = new { text } }, _end.Token) is not { } receipt)
        {
            return false;
        }

        if (receipt.TryGetProperty("ok", out var ok) && ok.ValueKind is JsonValueKind.True)
        {
            Note(receipt, conversation, id, $"→ “{text}” {PlayJson.Text(receipt, "status")}", attempt > 1 ? $", at attempt {attempt}" : "");
            return true;
        }

        var code = PlayJson.Text(receipt, "error", "code");
        if (receipt.TryGetProperty("error", out var error) && error.TryGetProperty("retryable", out var retryable) && retryable.ValueKind is JsonValueKind.True)
        {
            _user.Say($"→ “{text}” waits: {code}");
            return false;
        }

        _score.Refused(id);
        _user.Say($"→ “{text}” refused: {code}");
        return true;
    }

    private void Note(JsonElement receipt, string conversation, string id, string what, string attempts)
    {
        if (receipt.TryGetProperty("seq", out var number) && number.ValueKind is JsonValueKind.Number)
        {
            var seq = number.GetInt64();
            _score.Stored(conversation, id, seq);
            _user.Say($"{what} as seq {seq}{attempts}");
        }
        else
        {
            _score.Queued(conversation, id);
            _user.Say($"{what}: shown now, stored later{attempts}");
        }
    }
}
