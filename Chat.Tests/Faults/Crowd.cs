using System.Globalization;
using System.Text.Json;
using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Npgsql;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>How many talk, and how much.</summary>
/// <param name="Users">Each with one device and our client.</param>
/// <param name="Groups">Of three to six members each; beside them neighbours talk in pairs.</param>
/// <param name="PerSecond">Messages of all users together.</param>
/// <param name="Policy">Of all conversations; with one, all are groups.</param>
/// <param name="Name">Begins the users' names, so that several crowds may use one database.</param>
internal sealed record CrowdSize(int Users = 20, int Groups = 6, int PerSecond = 100, int Seed = 1, string? Policy = null, string Name = "user");

/// <summary>
/// Users who talk through our client while a test breaks things, and the history of what they saw. Ends with everything healed:
/// all sends answered, all that was acknowledged received; then the checker judges.
/// </summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Dictionary<string, ChatClient> _clients = [];
    private readonly List<(string Id, string[] Members)> _conversations = [];
    private readonly List<Task> _sends = [];
    private readonly CrowdSize _size;
    private readonly Random _random;
    private int _sent;

    private Crowd(CrowdSize size)
    {
        _size = size;
        _random = new Random(size.Seed);
    }

    public History History { get; } = new();

    public IReadOnlyDictionary<string, ChatClient> Clients => _clients;

    /// <summary>Sends handed to clients so far.</summary>
    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Everybody connected, all conversations there.</summary>
    /// <param name="url">The server of a user, by number.</param>
    public static async Task<Crowd> GatherAsync(Func<int, Uri> url, CrowdSize size)
    {
        var crowd = new Crowd(size);
        for (var i = 0; i < size.Users; i++)
        {
            crowd.AddUser($"{size.Name}{i}", url(i));
        }

        await Task.WhenAll(crowd._clients.Values.Select(c => c.ConnectAsync())).WaitAsync(Patience);
        await crowd.BeginConversationsAsync();
        return crowd;
    }

    /// <inheritdoc cref="GatherAsync(Func{int, Uri}, CrowdSize)"/>
    public static Task<Crowd> GatherAsync(Uri url, CrowdSize size) => GatherAsync(_ => url, size);

    /// <summary>Talks at the crowd's rate until told to stop.</summary>
    public async Task TalkAsync(CancellationToken stop)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / _size.PerSecond * 2));
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < 2; i++)
            {
                Say();
            }

            try
            {
                await tick.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Talks while <paramref name="faults"/> runs, then a little longer.</summary>
    public async Task TalkThroughAsync(Func<Task> faults)
    {
        using var stop = new CancellationTokenSource();
        var talk = TalkAsync(stop.Token);
        await ReachAsync(Sent + (_size.PerSecond * 2));
        await faults();
        await ReachAsync(Sent + (_size.PerSecond * 2));
        await stop.CancelAsync();
        await talk;
    }

    /// <summary>Ends when so many sends were handed over.</summary>
    public Task ReachAsync(int sends) => Eventually.TrueAsync(() => Sent >= sends, $"{sends} sends were made", Patience);

    /// <summary>Waits until everything is answered and has arrived, and judges.</summary>
    public async Task<CheckResult> JudgeAsync(
        ITestOutputHelper output, string? database = null, CheckerOptions? options = null, TimeSpan? drainWithin = null)
    {
        await Task.WhenAll(_sends.ToArray()).WaitAsync(Patience);
        await HistoryChecker.DrainAsync(
            History, drainWithin ?? Patience, options, _size.Policy is null || database is null ? null : () => OwnRowsAsync(database));
        var result = HistoryChecker.Check(History, database is null ? null : await OwnRowsAsync(database), options);
        output.WriteLine(result.Counts.ToString());
        return result;
    }

    /// <summary>The crowd's part of the log as PostgreSQL holds it.</summary>
    private async Task<IReadOnlyList<StoredRow>> OwnRowsAsync(string database)
    {
        var own = _conversations.Select(c => c.Id).ToHashSet();
        return [.. (await RowsAsync(database)).Where(r => own.Contains(r.Conversation))];
    }

    private static async Task<IReadOnlyList<StoredRow>> RowsAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT conversation_id, seq, sender, id, type FROM outbox ORDER BY 1, 2", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<StoredRow>();
        while (await reader.ReadAsync())
        {
            rows.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetString(2), reader.GetString(3), reader.GetString(4)));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            await client.DisposeAsync();
        }
    }

    private void AddUser(string user, Uri url)
    {
        var client = new ChatClient(new ChatClientOptions
        {
            Url = url,
            AccessTokenProvider = _ => ValueTask.FromResult<string?>(TestTokens.For(user)),
            Device = "device",
            BackOffBase = TimeSpan.FromSeconds(0.2),
            BackOffCap = TimeSpan.FromSeconds(3),
        });
        client.OnEvent((e, _) =>
        {
            History.Received(user, "device", e);
            return Task.CompletedTask;
        });
        client.StateChanged += change =>
        {
            if (change.Current == ChatConnectionState.Connected)
            {
                History.Connected(user, "device");
            }
            else if (change.Previous == ChatConnectionState.Connected)
            {
                // A client that was given a slot serves until then.
                History.Disconnected(user, "device", note: change.Current == ChatConnectionState.Draining ? change.RetryIn?.TotalMilliseconds.ToString(CultureInfo.InvariantCulture) : null);
            }
        };
        _clients[user] = client;
    }

    private async Task BeginConversationsAsync()
    {
        var users = _clients.Keys.ToArray();
        for (var i = 0; i < users.Length; i++)
        {
            var other = users[(i + 1) % users.Length];
            await BeginAsync([users[i], other], _size.Policy is null ? null : $"pair {i}");
        }

        for (var i = 0; i < _size.Groups; i++)
        {
            await BeginAsync([.. users.OrderBy(_ => _random.Next()).Take(_random.Next(3, 7))], $"group {i}");
        }
    }

    /// <summary>A server that was started just now on a busy machine may take its database for lost at first.</summary>
    private async Task BeginAsync(string[] members, string? title)
    {
        var client = _clients[members[0]];
        var request = new CreateConversationRequest(
            title is null ? ConversationKinds.Direct : ConversationKinds.Group, members[1..], Guid.CreateVersion7().ToString(), title, _size.Policy);
        var result = await Eventually.GetAsync(
            () => client.CreateConversationAsync(request), r => r is { Ok: true } or { Error.Retryable: false }, "the conversation begins", Patience);
        Begin(result.Conversation?.Id ?? throw new InvalidOperationException($"No conversation: {result.Error}"), members);
    }

    private void Begin(string id, string[] members)
    {
        _conversations.Add((id, members));
        foreach (var member in members)
        {
            History.Joined(member, id);
        }
    }

    private void Say()
    {
        var (conversation, members) = _conversations[_random.Next(_conversations.Count)];
        var user = members[_random.Next(members.Length)];
        var body = JsonSerializer.SerializeToElement(new { n = Interlocked.Increment(ref _sent), from = user });
        var request = new SendRequest(Guid.CreateVersion7().ToString(), conversation, "text", body);
        var call = History.Send(user, conversation, request.Id!, body: body);
        _sends.Add(AnswerAsync(_clients[user].SendAsync(request), call));
    }

    private static async Task AnswerAsync(Task<Receipt> sending, SendCall call) => call.Answered(await sending);
}
