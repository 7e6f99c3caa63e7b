using System.Diagnostics;
using Chat.Contracts;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;

namespace Chat.Tests.Faults;

/// <summary>One answer on the wire, and how long it took.</summary>
internal sealed record ProbeAnswer(Receipt Receipt, TimeSpan Took);

/// <summary>A stock client that sends one message after the other over one connection and keeps every answer: what a client sees that retries nothing.</summary>
internal sealed class WireProbe : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly StockClient _client;
    private readonly string _conversation;
    private Task _run = Task.CompletedTask;

    private WireProbe(StockClient client, string conversation)
    {
        _client = client;
        _conversation = conversation;
    }

    public Recorded<ProbeAnswer> Answers { get; } = new();

    /// <summary>Whether its first connection still stands.</summary>
    public bool NeverDropped => !_client.Closed.IsCompleted;

    public IReadOnlyList<Notice> Notices => _client.Notices.Items;

    /// <param name="policy">Of the conversation that it sends to.</param>
    public static async Task<WireProbe> StartAsync(Uri server, string user = "probe", string? policy = null)
    {
        var client = await StockClient.ConnectedAsync(server, user);
        var request = new CreateConversationRequest(ConversationKinds.Group, ["probed"], "probe", Policy: policy);
        var result = await Eventually.GetAsync(
            () => client.CallAsync<ConversationResult>("CreateConversation", request), r => r.Ok, "the probe's conversation begins");
        var probe = new WireProbe(client, result.Conversation!.Id);
        probe._run = Task.Run(probe.RunAsync);
        return probe;
    }

    /// <summary>How long this share of the answers took at most that came since there were so many.</summary>
    public TimeSpan QuantileSince(long count, double share)
    {
        var took = Answers.Items.Skip((int)count).Select(a => a.Took).Order().ToList();
        return took.Count == 0 ? TimeSpan.Zero : took[(int)(took.Count * share)];
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var watch = Stopwatch.StartNew();
            Answers.Add(new(await _client.SendAsync(_conversation, new { probe = true }), watch.Elapsed));
            await Task.WhenAny(Task.Delay(100), Task.Delay(Timeout.Infinite, _stop.Token));
        }
    }
}
