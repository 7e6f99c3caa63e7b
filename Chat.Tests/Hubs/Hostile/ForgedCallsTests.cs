using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Storage.DeadLetters;
using Chat.Server.Storage.Model;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Hubs.Hostile;

/// <summary>A signed-in user reaches for what is others': one answer whether it is there or not, and nothing changes.</summary>
public sealed class ForgedCallsTests : IAsyncLifetime
{
    private InProcessServer _server = null!;
    private WireClient _alice = null!;
    private WireClient _mallory = null!;
    private string _conversation = "";

    public async Task InitializeAsync()
    {
        _server = await InProcessServer.StartAsync("Limits:CallsPerSecond=0");
        _alice = await _server.ConnectAsync("alice");
        _mallory = await _server.ConnectAsync("mallory");
        _conversation = await _alice.CreateAsync("group", "bob");
        Assert.True((await _alice.SendAsync(_conversation, "secret-1", "for bob alone")).Ok);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public static TheoryData<string, object> Calls(string conversation) => new()
    {
        { "Send", new { id = "m", conversation, type = "text", body = 1 } },
        { "Edit", new { id = "m", conversation, @ref = "secret-1", body = 1 } },
        { "Delete", new { id = "m", conversation, @ref = "secret-1" } },
        { "React", new { id = "m", conversation, @ref = "secret-1", emoji = "x" } },
        { "History", new { conversation } },
        { "History", new { conversation, after = 0 } },
        { "History", new { conversation, around = 1, limit = 200 } },
        { "MarkRead", new { conversation, seq = 1 } },
        { "AddMembers", new { conversation, users = new[] { "mallory" } } },
        { "RemoveMember", new { conversation, user = "bob" } },
        { "Leave", new { conversation } },
        { "Typing", new { conversation } },
    };

    [Fact]
    public async Task EveryCall_OnAnothersConversation_AnswersAsIfThereWereNone()
    {
        foreach (var (real, absent) in Calls(_conversation).Zip(Calls("c_" + new string('a', 26))))
        {
            var method = (string)real[0];
            var answers = (await AnswerAsync(method, real[1]), await AnswerAsync(method, absent[1]));
            Assert.Equal(ErrorCodes.NotFound, ChatHubTests.CodeOf(answers.Item1));
            // To the letter: nothing tells the two apart.
            Assert.Equal(answers.Item2.GetProperty("error").GetRawText(), answers.Item1.GetProperty("error").GetRawText());
            Assert.DoesNotContain("for bob alone", answers.Item1.GetRawText());
        }

        var history = await _alice.CallAsync("History", new { conversation = _conversation });
        Assert.Equal(1, history.GetProperty("head").GetInt64());
        Assert.Equal(0, _mallory.EventsWaiting);

        Task<JsonElement> AnswerAsync(string method, object request) => _mallory.CallAsync(method, request);
    }

    [Fact]
    public async Task Seqs_NegativeHugeAndBeyond_ReadAndMoveNothingThatIsNotThere()
    {
        foreach (var seq in (long[])[long.MinValue, -1, 0, 2, long.MaxValue])
        {
            foreach (var request in (object[])[new { conversation = _conversation, after = seq }, new { conversation = _conversation, before = seq }, new { conversation = _conversation, around = seq }])
            {
                var answer = await _alice.CallAsync("History", request);
                Assert.True(ChatHubTests.CodeOf(answer) is null or ErrorCodes.Invalid, answer.ToString());
            }

            Assert.True(ChatHubTests.CodeOf(await _alice.CallAsync("MarkRead", new { conversation = _conversation, seq })) is null or ErrorCodes.Invalid);
        }

        foreach (var limit in (int[])[int.MinValue, -1, 0, int.MaxValue])
        {
            var answer = await _alice.CallAsync("History", new { conversation = _conversation, limit });
            Assert.True(ChatHubTests.CodeOf(answer) is ErrorCodes.Invalid || answer.GetProperty("events").GetArrayLength() <= 200, answer.ToString());
        }
    }

    [Theory]
    [InlineData("""nul\u0000""")]
    [InlineData("""line\nbreak""")]
    [InlineData("""escape\u001b[31m""")]
    [InlineData("""turned\u202e round""")]
    [InlineData("""separator\u2028""")]
    public async Task Names_WithControlCharacters_AreRefusedEverywhere(string name)
    {
        foreach (var (method, request) in (IEnumerable<(string, string)>)
        [
            ("Send", $$"""{"id":{{Json(name)}},"conversation":"{{_conversation}}","type":"text","body":1}"""),
            ("Send", $$"""{"id":"m","conversation":"{{_conversation}}","type":{{Json(name)}},"body":1}"""),
            ("CreateConversation", $$"""{"kind":"group","members":[{{Json(name)}}]}"""),
            ("CreateConversation", $$"""{"kind":"group","members":["bob"],"title":{{Json(name)}}}"""),
            ("AddMembers", $$"""{"conversation":"{{_conversation}}","users":[{{Json(name)}}]}"""),
            ("React", $$"""{"id":"m","conversation":"{{_conversation}}","ref":"secret-1","emoji":{{Json(name)}}}"""),
        ])
        {
            // As text, for no library would write half a character.
            var answer = await RawCallAsync(method, request);
            Assert.True(ChatHubTests.CodeOf(answer) == ErrorCodes.Invalid, $"{method}: {answer}");
        }

        static string Json(string escaped) => $"\"{escaped}\"";
    }

    [Fact]
    public async Task Text_WithHalfOfACharacter_IsNoCallAndChangesNothing()
    {
        await _mallory.WriteAsync("""{"type":1,"invocationId":"half","target":"CreateConversation","arguments":[{"kind":"group","members":["\ud800"]}]}""");
        Assert.Empty((await _mallory.CallAsync("Conversations", new { })).GetProperty("conversations").EnumerateArray());
    }

    [Fact]
    public async Task Ack_OfAnothersDeviceOrReplay_MovesNothing()
    {
        var bob = await _server.ConnectAsync("bob", "phone");
        Assert.Equal(1, (await bob.EventAsync()).Seq);
        var store = _server.Services.GetRequiredService<DeadLetterStore>();
        await store.CountAsync(new("bob", "phone", _conversation, 1, FailureReasons.Unacknowledged, null), new(1, TimeSpan.Zero, 10), default);
        var desk = _server.Services.GetRequiredService<DeadLetterDesk>();
        await desk.ReplayAsync(new DeadLetterFilter(User: "bob"), "op", default);
        Assert.Equal(2, (await bob.EventAsync()).Attempt);

        // mallory names bob's device as her own, and acknowledges what is his.
        var thief = await _server.ConnectAsync("mallory", "phone");
        foreach (var seq in (long[])[1, 0, -1, long.MaxValue, long.MinValue])
        {
            await thief.AckAsync(_conversation, seq);
            await thief.WriteAsync($$"""{"type":1,"target":"Ack","arguments":[[{"conversation":"{{_conversation}}","seq":{{seq}},"error":"mine"},null]]}""");
        }

        Assert.Null(ChatHubTests.CodeOf(await thief.CallAsync("Ping", new { })));
        await desk.ReplayAsync(new DeadLetterFilter(User: "bob"), "op", default);
        var letter = Assert.Single((await desk.ListAsync(new(), null, 10, default)).Letters);
        Assert.Equal((DeadLetterState.Replaying, "bob"), (letter.State, letter.UserId));
        Assert.Equal(0, thief.EventsWaiting);

        await bob.AckAsync(_conversation, 1);
        await Eventually.TrueAsync(
            async () => (await desk.ListAsync(new(), null, 10, default)).Letters[0].State == DeadLetterState.Replayed, "bob's own acknowledgement ends it");
    }

    private async Task<JsonElement> RawCallAsync(string method, string request) =>
        await _mallory.CallAsync(method, JsonElement.Parse(request));
}
