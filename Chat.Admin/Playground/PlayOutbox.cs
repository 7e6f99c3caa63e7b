using System.Text.Json;
using System.Threading.Channels;

namespace Chat.Admin.Playground;

/// <summary>
/// What one of the two has to say: one message after the other, each with its id until there is a receipt, however often the
/// connection breaks meanwhile.
/// </summary>
internal sealed class PlayOutbox : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private readonly Channel<(string Id, string Text)> _waiting = Channel.CreateUnbounded<(string, string)>(new() { SingleReader = true });
    private readonly CancellationTokenSource _end = new();
    private readonly PlayUser _user;
    private readonly string _other;
    private readonly PlayScore _score;
    private readonly TimeProvider _time;
    private readonly Task _running;
    private string? _conversation;

    public PlayOutbox(PlayUser user, string other, PlayScore score, TimeProvider time)
    {
        _user = user;
        _other = other;
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
        _conversation ??= Text(await _user.InvokeAsync("CreateConversation", new { kind = "direct", members = new[] { _other } }, _end.Token), "conversation", "id");
        if (_conversation is null || await _user.InvokeAsync("Send", new { id, conversation = _conversation, type = "text", body = new { text } }, _end.Token) is not { } receipt)
        {
            return false;
        }

        if (receipt.TryGetProperty("ok", out var ok) && ok.ValueKind is JsonValueKind.True)
        {
            var seq = receipt.GetProperty("seq").GetInt64();
            _score.Stored(id, seq);
            _user.Say($"→ “{text}” {Text(receipt, "status")} as seq {seq}{(attempt > 1 ? $", at attempt {attempt}" : "")}");
            return true;
        }

        var code = Text(receipt, "error", "code");
        if (receipt.TryGetProperty("error", out var error) && error.TryGetProperty("retryable", out var retryable) && retryable.ValueKind is JsonValueKind.True)
        {
            _user.Say($"→ “{text}” waits: {code}");
            return false;
        }

        _score.Refused(id);
        _user.Say($"→ “{text}” refused: {code}");
        return true;
    }

    private static string? Text(JsonElement? element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            element = element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var child) ? child : null;
        }

        return element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
    }
}
