using System.Text;
using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Messaging;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Messaging;

public sealed class RulesTests
{
    private static readonly Rules Rules = new(Options.Create(new MessagingOptions()));
    private static readonly JsonElement Body = JsonElement.Parse("""{"text":"hello"}""");
    private static readonly SendRequest Good = new("id", "c_1", "text", Body);

    public static TheoryData<string, SendRequest?, string> BadSends => new()
    {
        { "nothing", null, ErrorCodes.Invalid },
        { "id", Good with { Id = null }, ErrorCodes.Invalid },
        { "id", Good with { Id = "" }, ErrorCodes.Invalid },
        { "id", Good with { Id = new string('x', 65) }, ErrorCodes.Invalid },
        { "id", Good with { Id = "a\0b" }, ErrorCodes.Invalid },
        { "conversation", Good with { Conversation = null }, ErrorCodes.NotFound },
        { "conversation", Good with { Conversation = new string('x', 161) }, ErrorCodes.NotFound },
        { "conversation", Good with { Conversation = "a\nb" }, ErrorCodes.NotFound },
        { "type", Good with { Type = null }, ErrorCodes.Invalid },
        { "type", Good with { Type = new string('x', 65) }, ErrorCodes.Invalid },
        { "type", Good with { Type = "$edit" }, ErrorCodes.Invalid },
        { "type", Good with { Type = "$" }, ErrorCodes.Invalid },
        { "body", Good with { Body = default }, ErrorCodes.Invalid },
        { "body", Good with { Body = TextOf(32 * 1024 + 1) }, ErrorCodes.TooLarge },
        { "replyTo", Good with { ReplyTo = "" }, ErrorCodes.Invalid },
        { "replyTo", Good with { ReplyTo = new string('x', 65) }, ErrorCodes.Invalid },
        { "expiresIn", Good with { ExpiresIn = 0 }, ErrorCodes.Invalid },
        { "expiresIn", Good with { ExpiresIn = -1 }, ErrorCodes.Invalid },
        { "expiresIn", Good with { ExpiresIn = (365 * 24 * 3600) + 1 }, ErrorCodes.Invalid },
    };

    public static TheoryData<SendRequest> GoodSends =>
    [
        Good,
        Good with { Id = new string('x', 64), Type = new string('y', 64), ReplyTo = new string('z', 64) },
        Good with { Body = JsonElement.Parse("null") },
        Good with { Body = JsonElement.Parse("\"\"") },
        Good with { Body = TextOf(32 * 1024) },
        Good with { ExpiresIn = 0.5 },
        Good with { ExpiresIn = 365 * 24 * 3600 },
        Good with { Id = "any thing: ünïcode 😀" },
    ];

    [Theory]
    [MemberData(nameof(BadSends))]
    public void Send_BadField_NamesIt(string field, SendRequest? send, string code)
    {
        var error = Rules.Send(send);
        Assert.Equal(code, error?.Code);
        Assert.False(error!.Retryable);
        if (code != ErrorCodes.NotFound && send is not null)
        {
            Assert.StartsWith(field + ":", error.Message);
        }
    }

    [Theory]
    [MemberData(nameof(GoodSends))]
    public void Send_AtTheLimits_IsAllowed(SendRequest send) => Assert.Null(Rules.Send(send));

    [Fact]
    public void Send_BodyThatIsNotUtf8_IsRefused()
    {
        byte[] json = [(byte)'"', 0xC3, 0x28, (byte)'"'];
        var reader = new Utf8JsonReader(json);
        Assert.StartsWith("body:", Rules.Send(Good with { Body = JsonElement.ParseValue(ref reader) })?.Message);
    }

    [Fact]
    public void Edit_MissingParts_AreNamed()
    {
        Assert.Null(Rules.Edit(new("id", "c_1", "ref", Body)));
        Assert.StartsWith("ref:", Rules.Edit(new("id", "c_1", null, Body))?.Message);
        Assert.StartsWith("body:", Rules.Edit(new("id", "c_1", "ref", default))?.Message);
        Assert.StartsWith("id:", Rules.Edit(new(null, "c_1", "ref", Body))?.Message);
        Assert.Equal(ErrorCodes.Invalid, Rules.Edit(null)?.Code);
    }

    [Theory]
    [InlineData("👍", true)]
    [InlineData("", true)]
    [InlineData(":thumbs_up:", true)]
    [InlineData(null, false)]
    [InlineData("\u202E", false)]
    [InlineData("123456789012345678901234567890123", false)]
    public void React_Emoji_IsUpTo32PrintableCharactersOrEmpty(string? emoji, bool allowed)
    {
        var error = Rules.React(new("id", "c_1", "ref", emoji));
        Assert.Equal(allowed, error is null);
        Assert.True(allowed || error!.Message.StartsWith("emoji:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, null, null, null, true)]
    [InlineData(5L, null, null, 10, true)]
    [InlineData(null, 0L, null, 1, true)]
    [InlineData(null, null, 7L, 5_000, true)]
    [InlineData(1L, 2L, null, null, false)]
    [InlineData(null, 2L, 3L, null, false)]
    [InlineData(-1L, null, null, null, false)]
    [InlineData(null, -1L, null, null, false)]
    [InlineData(null, null, null, 0, false)]
    [InlineData(null, null, null, -5, false)]
    public void History_PlaceAndLimit_AreChecked(long? before, long? after, long? around, int? limit, bool allowed) =>
        Assert.Equal(allowed, Rules.History(new("c_1", before, after, around, limit)) is null);

    [Fact]
    public void Create_FieldByField_IsChecked()
    {
        var good = new CreateConversationRequest("group", ["bob"], "id", "A title", "durable");
        Assert.Null(Rules.Create(good));
        Assert.Null(Rules.Create(good with { Members = null, Id = null, Title = null, Policy = null }));
        Assert.Null(Rules.Create(good with { Title = new string('x', 200) }));
        Assert.StartsWith("kind:", Rules.Create(good with { Kind = "topic" })?.Message);
        Assert.StartsWith("kind:", Rules.Create(good with { Kind = null })?.Message);
        Assert.StartsWith("id:", Rules.Create(good with { Id = "" })?.Message);
        Assert.StartsWith("title:", Rules.Create(good with { Title = new string('x', 201) })?.Message);
        Assert.StartsWith("title:", Rules.Create(good with { Title = "two\nlines" })?.Message);
        Assert.StartsWith("policy:", Rules.Create(good with { Policy = "fast" })?.Message);
        Assert.StartsWith("members[1]:", Rules.Create(good with { Members = ["bob", " "] })?.Message);
        Assert.StartsWith("members[0]:", Rules.Create(good with { Members = [null!] })?.Message);
    }

    [Fact]
    public void Batch_Size_IsBounded()
    {
        Assert.Null(Rules.Batch(new([Good])));
        Assert.Null(Rules.Batch(new([.. Enumerable.Repeat(Good, 100)])));
        Assert.StartsWith("items:", Rules.Batch(new([.. Enumerable.Repeat(Good, 101)]))?.Message);
        Assert.StartsWith("items:", Rules.Batch(new([]))?.Message);
        Assert.StartsWith("items:", Rules.Batch(new(null))?.Message);
        Assert.StartsWith("items:", Rules.Batch(null)?.Message);
    }

    /// <summary>A JSON string of exactly so many bytes, its quotes included.</summary>
    private static JsonElement TextOf(int bytes) => JsonElement.Parse(Encoding.UTF8.GetBytes($"\"{new string('x', bytes - 2)}\""));
}
