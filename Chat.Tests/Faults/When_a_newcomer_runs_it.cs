using System.Net.Http.Json;
using System.Text.Json;
using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Xunit;

namespace Chat.Tests.Faults;

/// <summary>The server as the README starts it, with ports and a data folder of its own and nothing else configured.</summary>
public sealed class NewcomersServer : IAsyncLifetime
{
    private ManagedProcess? _run;

    internal Uri Url { get; } = new($"http://127.0.0.1:{FreePort.Next()}");

    /// <summary>The command that it offers for copying.</summary>
    internal string Offered { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var folder = TestRun.NewFolder("newcomer");
        string[] run = ["run", "--configuration", Repository.Configuration, "--project", Repository.PathOf("Chat.Server"), "--no-build"];
        _run = ManagedProcess.Start(new ProcessCommand("dotnet", run, folder, new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = Url.AbsoluteUri,
            ["Management__Url"] = $"http://127.0.0.1:{FreePort.Next()}",
            ["Console__Url"] = $"http://127.0.0.1:{FreePort.Next()}",
            // dotnet run starts a web project in the project's folder; two runs must not share their data.
            ["ConnectionStrings__Chat"] = $"Data Source={Path.Combine(folder, "data", "chat.db")}",
            ["Workers__DataFolder"] = Path.Combine(folder, "data"),
            ["ASPNETCORE_ENVIRONMENT"] = null,
            ["DOTNET_ENVIRONMENT"] = null,
            ["DOTNET_EnableDiagnostics"] = "0",
        }));
        Offered = await OfferAsync(_run.Output);
        using var http = new HttpClient { BaseAddress = Url };
        await Eventually.TrueAsync(() => IsReadyAsync(http), "the server is ready", TimeSpan.FromSeconds(60));
    }

    public async Task DisposeAsync()
    {
        if (_run is not null)
        {
            await _run.DisposeAsync();
        }
    }

    internal int WorkerId() => Assert.Single(WorkerIds());

    internal Task<int> SuccessorOfAsync(int worker) => Eventually.GetAsync(
        () => Task.FromResult(WorkerIds().SingleOrDefault(id => id != worker)), id => id != 0, $"worker {worker} has a successor", TimeSpan.FromSeconds(60));

    internal async Task<string> TokenAsync(string user)
    {
        using var http = new HttpClient { BaseAddress = Url };
        using var answer = await http.PostAsJsonAsync("/api/token", new { user });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
    }

    private static async Task<string> OfferAsync(OutputLog output)
    {
        try
        {
            var line = await output.WaitForAsync(l => l.TrimStart().StartsWith("dotnet run", StringComparison.Ordinal), TimeSpan.FromSeconds(120));
            return line.Trim();
        }
        catch (Exception e) when (e is EndOfStreamException or TimeoutException)
        {
            throw new InvalidOperationException($"The server offered no command. Its output:\n{output}", e);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private List<int> WorkerIds() =>
        [.. ProcFs.DescendantsOf(_run!.Id).Where(p => !p.IsZombie && ProcFs.CommandLine(p.Id).Split(' ').Contains("worker")).Select(p => p.Id)];
}

/// <summary>What the first ten minutes with the product must show: a message, its arrival for who was away, and that a crash costs nothing.</summary>
public sealed class When_a_newcomer_runs_it(NewcomersServer server) : IClassFixture<NewcomersServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task The_command_that_it_offers_sends_a_first_message_that_arrives()
    {
        Assert.Equal($"dotnet run --project Chat.Server --no-build -- try {server.Url.AbsoluteUri.TrimEnd('/')}", server.Offered.TrimEnd('/'));
        // As offered, but for the configuration that the tests were built in.
        var command = server.Offered.Replace("dotnet run", $"dotnet run --configuration {Repository.Configuration}", StringComparison.Ordinal);

        var lines = (await ManagedProcess.RunAsync(new ProcessCommand("sh", ["-c", command], Repository.Root), Patience)).Split('\n');

        var receipt = JsonOf(lines, "Send:").Deserialize<Receipt>(ChatJson.Options)!;
        var arrived = JsonOf(lines, "Events:").Deserialize<ChatEvent>(ChatJson.Options)!;
        Assert.Equal((true, ReceiptStatus.Stored), (receipt.Ok, receipt.Status));
        Assert.Equal((receipt.Id, receipt.Seq, "alice", "text"), (arrived.Id, arrived.Seq, arrived.Sender, arrived.Type));
        Assert.Equal("Hello, Bob!", arrived.Body!.Value.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Who_was_offline_gets_on_connecting_what_was_sent_in_order()
    {
        await using var ann = await NodeAsync("ann");
        var group = (await ann.CreateGroupAsync("ben", "offline1", "offline2")).Id;
        await using var ben = await OursAsync("ben");
        var sent = new List<string?>();
        for (var i = 0; i < 25; i++)
        {
            sent.Add((await ann.SendAsync(group, new { n = i })).Id);
            sent.Add((await ben.Client.SendAsync(group, "text", new { n = i })).Id);
        }

        await using var node = await NodeAsync("offline1");
        await using var ours = await OursAsync("offline2");

        Assert.Equal(sent, (await node.Inbox.WaitForCountAsync(sent.Count, Patience)).Select(e => e.Id));
        Assert.Equal(sent, (await ours.Inbox.WaitForCountAsync(sent.Count, Patience)).Select(e => e.Id));
        Assert.Equal(sent, (await ann.Inbox.WaitForCountAsync(sent.Count, Patience)).Select(e => e.Id));
        Assert.Equal(sent, (await ben.Inbox.WaitForCountAsync(sent.Count, Patience)).Select(e => e.Id));
    }

    [Fact]
    public async Task After_kill_9_in_mid_traffic_every_send_with_a_receipt_arrives_and_none_twice()
    {
        await using var cleo = await NodeAsync("cleo");
        await using var dan = await OursAsync("dan");
        var conversation = (await cleo.CreateDirectAsync("dan")).Id;
        var (byCleo, byDan) = (new Recorded<string>(), new Recorded<string>());
        using var stop = new CancellationTokenSource();
        Task[] talking = [TalkAsync(id => SendOnceAsync(cleo, conversation, id), byCleo, stop.Token), TalkAsync(id => SendAsync(dan, conversation, id), byDan, stop.Token)];

        for (var kills = 0; kills < 2; kills++)
        {
            await Task.WhenAll(MoreAsync(byCleo), MoreAsync(byDan));
            var worker = server.WorkerId();
            Assert.True(Signals.Send(worker, Signal.Kill));
            await server.SuccessorOfAsync(worker);
        }

        await Task.WhenAll(MoreAsync(byCleo), MoreAsync(byDan));
        await stop.CancelAsync();
        await Task.WhenAll(talking).WaitAsync(Patience);

        // The last word comes after everything that was stored before it.
        var last = (await dan.Client.SendAsync(conversation, "text", new { last = true })).Seq!.Value;
        foreach (var inbox in (Recorded<ChatEvent>[])[cleo.Inbox, dan.Inbox])
        {
            await inbox.WaitForAsync(e => e.Conversation == conversation && e.Seq == last, Patience);
            var got = inbox.Items.Where(e => e.Conversation == conversation).ToList();
            Assert.Equal(Enumerable.Range(1, (int)last).Select(n => (long?)n), got.Select(e => e.Seq));
            Assert.Equal(got.Count, got.DistinctBy(e => e.Id).Count());
            Assert.Empty(byCleo.Items.Concat(byDan.Items).Except(got.Select(e => e.Id)));
        }
    }

    private static Task MoreAsync(Recorded<string> receipts) => receipts.WaitForCountAsync((int)receipts.Count + 100, Patience);

    private static JsonElement JsonOf(string[] lines, string label)
    {
        var line = Assert.Single(lines, l => l.Contains(label, StringComparison.Ordinal));
        return JsonSerializer.Deserialize<JsonElement>(line[line.IndexOf('{')..]);
    }

    /// <summary>One send after the other, a hundred a second at most; keeps the ids of those that were acknowledged.</summary>
    private static async Task TalkAsync(Func<string, Task<bool>> send, Recorded<string> receipts, CancellationToken stop)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!stop.IsCancellationRequested)
        {
            var id = Guid.CreateVersion7().ToString();
            if (await send(id))
            {
                receipts.Add(id);
            }

            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>What SignalR's own client does: a send whose answer was lost stays without one, and the application connects again.</summary>
    private static async Task<bool> SendOnceAsync(NodeClient client, string conversation, string id)
    {
        try
        {
            return (await client.SendAsync(conversation, new { from = client.User }, id)).Ok;
        }
        catch (IOException)
        {
            await client.Closed.WaitAsync(Patience);
            await Eventually.TrueAsync(() => TryConnectAsync(client), $"{client.User} is connected again", Patience);
            return false;
        }
    }

    private static async Task<bool> TryConnectAsync(NodeClient client)
    {
        try
        {
            await client.ConnectAsync();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<bool> SendAsync(Ours ours, string conversation, string id) =>
        (await ours.Client.SendAsync(conversation, "text", new { from = "ours" }, id)).Ok;

    private async Task<NodeClient> NodeAsync(string user)
    {
        var token = await server.TokenAsync(user);
        var client = new NodeClient(server.Url, user, token: () => token);
        await client.ConnectAsync();
        return client;
    }

    private async Task<Ours> OursAsync(string user)
    {
        var token = await server.TokenAsync(user);
        var ours = new Ours(new ChatClient(new ChatClientOptions { Url = server.Url, AccessTokenProvider = _ => ValueTask.FromResult<string?>(token) }));
        await ours.Client.ConnectAsync();
        return ours;
    }

    /// <summary>Our client and what it handed out.</summary>
    private sealed class Ours : IAsyncDisposable
    {
        public Ours(ChatClient client)
        {
            Client = client;
            client.OnEvent((e, _) =>
            {
                Inbox.Add(e);
                return Task.CompletedTask;
            });
        }

        public ChatClient Client { get; }

        public Recorded<ChatEvent> Inbox { get; } = new();

        public ValueTask DisposeAsync() => Client.DisposeAsync();
    }
}
