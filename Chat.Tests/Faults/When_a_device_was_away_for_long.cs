using System.Text.Json;
using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Xunit;

namespace Chat.Tests.Faults;

/// <summary>
/// Ten thousand messages, edits and deletes pass one device by while another one sees each as it happens: in the end both show
/// the same conversation.
/// </summary>
public sealed class When_a_device_was_away_for_long
{
    private const int Rounds = 100;
    private const int MessagesPerRound = 84;
    private const int EditsPerRound = 10;
    private const int DeletesPerRound = 6;
    private const int Events = Rounds * (MessagesPerRound + EditsPerRound + DeletesPerRound);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task It_shows_on_return_what_the_device_shows_that_never_left()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings
        {
            Workers = 0,
            Options = new Dictionary<string, string?> { ["Limits:SendsPerSecond"] = "0" },
        });
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        var group = (await alice.CreateGroupAsync("bob")).Id;
        await using var phone = await StockClient.ConnectedAsync(server.Url, "bob", "phone");
        await using (var briefly = await StockClient.ConnectedAsync(server.Url, "bob", "tablet"))
        {
            await briefly.DisconnectAsync();
        }

        await using (var briefly = NewLaptop(server.Url))
        {
            await briefly.ConnectAsync();
        }

        var expected = await WriteAsync(alice, group);

        await using var tablet = await StockClient.ConnectedAsync(server.Url, "bob", "tablet");
        await using var laptop = NewLaptop(server.Url);
        var onLaptop = new Recorded<ChatEvent>();
        using var handling = laptop.OnEvent((e, _) =>
        {
            onLaptop.Add(e);
            return Task.CompletedTask;
        });
        await laptop.ConnectAsync();

        var seenByPhone = await AllAsync(phone.Inbox);
        var seenByTablet = await AllAsync(tablet.Inbox);
        var seenByLaptop = await AllAsync(onLaptop);
        Assert.Equal(expected, ConversationState.Of(seenByPhone));
        Assert.Equal(expected, ConversationState.Of(seenByTablet));
        Assert.Equal(expected, ConversationState.Of(seenByLaptop));
        // The same end by different ways: who was away never gets to read what was deleted meanwhile.
        var deleted = expected.Where(m => m.Value is null).Select(m => m.Key).ToHashSet();
        Assert.Equal(Rounds * DeletesPerRound, deleted.Count);
        Assert.All(seenByPhone.Where(e => deleted.Contains(e.Id)), e => Assert.NotNull(ConversationState.TextOf(e)));
        Assert.All(
            seenByTablet.Concat(seenByLaptop).Where(e => deleted.Contains(e.Id) || (e.Type == EventTypes.Edit && deleted.Contains(e.Ref!))),
            e => Assert.Null(ConversationState.TextOf(e)));
    }

    /// <summary>Waits for the last event and requires every one before it, in order and once.</summary>
    private static async Task<IReadOnlyList<ChatEvent>> AllAsync(Recorded<ChatEvent> received)
    {
        await received.WaitForAsync(e => e.Seq == Events, Patience);
        var events = received.Items;
        Assert.Equal(Enumerable.Range(1, Events).Select(n => (long?)n), events.Select(e => e.Seq));
        return events;
    }

    /// <summary>Round by round: a batch of messages, then edits and deletes of messages that were there before, all at once. Answers what is left.</summary>
    private static async Task<SortedDictionary<string, string?>> WriteAsync(StockClient alice, string group)
    {
        var texts = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        var random = new Random(1);
        for (var round = 0; round < Rounds; round++)
        {
            var sends = Enumerable.Range(0, MessagesPerRound)
                .Select(i => new SendRequest($"m{round:00}-{i:00}", group, "text", Text($"first words {round} {i}"))).ToList();
            var batch = await alice.CallAsync<BatchResult>("SendBatch", new SendBatchRequest(sends));
            Assert.All(batch.Receipts!, r => Assert.Equal(ReceiptStatus.Stored, r.Status));
            Assert.Equal(sends.Count, batch.Receipts!.Count);
            foreach (var send in sends)
            {
                texts[send.Id!] = TextOf(send.Body);
            }

            // No message twice in a round, so that it does not matter which of the calls is first.
            var there = texts.Where(t => t.Value is not null).Select(t => t.Key).ToArray();
            random.Shuffle(there);
            var edits = there[..EditsPerRound].ToDictionary(id => id, id => $"better words {round} for {id}");
            var deletes = there[EditsPerRound..(EditsPerRound + DeletesPerRound)];
            var changes = edits.Select(e => alice.CallAsync<Receipt>("Edit", new EditRequest($"e{round}-{e.Key}", group, e.Key, Text(e.Value))))
                .Concat(deletes.Select(id => alice.CallAsync<Receipt>("Delete", new DeleteRequest($"d{round}-{id}", group, id))));
            Assert.All(await Task.WhenAll(changes), r => Assert.Equal(ReceiptStatus.Stored, r.Status));
            foreach (var (id, text) in edits)
            {
                texts[id] = text;
            }

            foreach (var id in deletes)
            {
                texts[id] = null;
            }
        }

        return texts;
    }

    private static ChatClient NewLaptop(Uri server) => new(new ChatClientOptions
    {
        Url = server,
        AccessTokenProvider = _ => ValueTask.FromResult<string?>(TestTokens.For("bob")),
        Device = "laptop",
    });

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(new { text });

    private static string? TextOf(JsonElement? body) =>
        body is { ValueKind: JsonValueKind.Object } content ? content.GetProperty("text").GetString() : null;

    /// <summary>The conversation as a screen would show it: a text for each message, none for one that is gone.</summary>
    private static class ConversationState
    {
        public static SortedDictionary<string, string?> Of(IEnumerable<ChatEvent> events)
        {
            var texts = new SortedDictionary<string, string?>(StringComparer.Ordinal);
            foreach (var next in events)
            {
                switch (next.Type)
                {
                    case EventTypes.Edit:
                        texts[next.Ref!] = TextOf(next);
                        break;
                    case EventTypes.Delete:
                        texts[next.Ref!] = null;
                        break;
                    default:
                        texts.Add(next.Id, TextOf(next));
                        break;
                }
            }

            return texts;
        }

        public static string? TextOf(ChatEvent message) => When_a_device_was_away_for_long.TextOf(message.Body);
    }
}
