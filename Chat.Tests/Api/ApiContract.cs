using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;

namespace Chat.Tests.Api;

/// <summary>The HTTP API as a back-end service calls it.</summary>
public abstract class ApiContract : IAsyncLifetime
{
    private const string All = "key-of-the-shop-0123456789-abcdefghij";
    private const string Narrow = "key-of-the-mill-0123456789-abcdefghij";
    private static readonly string[] Calls = ["publish", "broadcast", "send", "history", "members/list", "members/add", "members/remove", "presence"];
    private InProcessServer _server = null!;

    protected abstract string? ConnectionString { get; }

    public async Task InitializeAsync() => _server = await InProcessServer.StartAsync(
    [
        "Api:Keys:0:Name=shop",
        $"Api:Keys:0:Key={All}",
        "Api:Keys:0:Roles=publish send history members presence",
        "Api:Keys:1:Name=mill",
        $"Api:Keys:1:Key={Narrow}",
        "Api:Keys:1:Roles=publish history",
        "Api:Keys:1:Topics=grain.* flour",
        "Topics:Rules:0:Pattern=orders.*",
        "Topics:Rules:0:Publish=service",
        "Topics:Rules:0:Subscribe=everyone",
        "Storage:AnswerWithin=00:00:25",
        "Storage:CommandTimeout=00:00:30",
        .. ConnectionString is { } database ? [$"ConnectionStrings:Chat={database}"] : Array.Empty<string>(),
    ]);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Publish_ByAService_ReachesSubscribersOnce()
    {
        var alice = await _server.ConnectAsync("alice");
        await alice.CallAsync("Subscribe", new { topic = "orders.new" });
        Assert.Equal(ErrorCodes.NotFound, CodeOf(await alice.CallAsync("Publish", new { id = "1", topic = "orders.new", type = "t", body = 1 })));

        var order = new { id = "order-1", topic = "orders.new", type = "created", body = new { total = 3 } };
        var first = await CallAsync<Receipt>("publish", order);
        var again = await CallAsync<Receipt>("publish", order);
        var other = await PostAsync("publish", new { id = "order-1", topic = "orders.new", type = "created", body = "else" });

        Assert.Equal((true, "topic:orders.new", 1L, ReceiptStatus.Stored), (first.Ok, first.Conversation, first.Seq, first.Status));
        Assert.Equal((ReceiptStatus.Duplicate, 1L, first.At), (again.Status, again.Seq, again.At));
        await AssertRefusedAsync(other, HttpStatusCode.Conflict, ErrorCodes.IdConflict);
        var e = await alice.EventAsync();
        Assert.Equal(("topic:orders.new", 1L, "order-1", "created", "service:shop"), (e.Conversation, e.Seq, e.Id, e.Type, e.Sender));
        Assert.Equal(1, (await CallAsync<HistoryResult>("history", new { conversation = "topic:orders.new" })).Head);
    }

    [Fact]
    public async Task Calls_WithAUsersToken_AreThatUsers()
    {
        var token = _server.Token("alice");
        Assert.True((await CallAsync<Receipt>("publish", new { id = "a1", topic = "talk", type = "t", body = 1 }, token: token)).Ok);
        await AssertRefusedAsync(
            await PostAsync("publish", new { id = "a2", topic = "orders.new", type = "t", body = 1 }, token: token), HttpStatusCode.NotFound, ErrorCodes.NotFound);
        Assert.Equal("alice", (await CallAsync<HistoryResult>("history", new { conversation = "topic:talk" }, token: token)).Events![0].Sender);

        var alice = await _server.ConnectAsync("alice");
        var group = await alice.CreateAsync("group", "bob");
        Assert.True((await CallAsync<Receipt>("send", new { id = "s1", conversation = group, type = "text", body = 1 }, token: token)).Ok);
        var bob = _server.Token("bob");
        Assert.Equal(2, (await CallAsync<MembersResult>("members/list", new { conversation = group }, token: bob)).Members!.Count);
        await AssertRefusedAsync(
            await PostAsync("members/add", new { conversation = group, users = new[] { "carol" } }, token: bob), HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        foreach (var (call, body) in new (string, object)[]
        {
            ("send", new { id = "s2", conversation = group, type = "text", body = 1 }),
            ("history", new { conversation = group }),
            ("members/list", new { conversation = group }),
            ("members/add", new { conversation = group, users = new[] { "mallory" } }),
            ("members/remove", new { conversation = group, user = "bob" }),
        })
        {
            await AssertRefusedAsync(await PostAsync(call, body, token: _server.Token("mallory")), HttpStatusCode.NotFound, ErrorCodes.NotFound);
        }
    }

    [Fact]
    public async Task Calls_WithoutAValidKeyOrToken_AreRefusedAlike()
    {
        var publish = new { id = "1", topic = "talk", type = "t", body = 1 };
        foreach (var call in Calls)
        {
            await AssertRefusedAsync(await PostAsync(call, publish, key: null), HttpStatusCode.Unauthorized, ErrorCodes.Unauthenticated);
            await AssertRefusedAsync(await PostAsync(call, publish, key: All[..^1]), HttpStatusCode.Unauthorized, ErrorCodes.Unauthenticated);
            await AssertRefusedAsync(await PostAsync(call, publish, key: null, token: "a.b.c"), HttpStatusCode.Unauthorized, ErrorCodes.Unauthenticated);
        }

        // A token in the query is for the hub only, and nobody's token makes a service of him.
        using var inQuery = await _server.Http.PostAsJsonAsync($"/api/publish?access_token={_server.Token("alice")}", publish);
        Assert.Equal(HttpStatusCode.Unauthorized, inQuery.StatusCode);
        await AssertRefusedAsync(
            await PostAsync("publish", publish, key: null, token: _server.Token("service:shop")), HttpStatusCode.Unauthorized, ErrorCodes.Unauthenticated);
    }

    [Fact]
    public async Task AKey_MayWhatItsRolesAndTopicsSay()
    {
        Assert.True((await CallAsync<Receipt>("publish", new { id = "g1", topic = "grain.rye", type = "t", body = 1 }, Narrow)).Ok);
        Assert.True((await CallAsync<Receipt>("publish", new { id = "g2", topic = "flour", type = "t", body = 1 }, Narrow)).Ok);
        foreach (var topic in new[] { "grain", "flour.fine", "orders.new", "talk" })
        {
            await AssertRefusedAsync(await PostAsync("publish", new { id = "g3", topic, type = "t", body = 1 }, Narrow), HttpStatusCode.NotFound, ErrorCodes.NotFound);
            await AssertRefusedAsync(await PostAsync("history", new { conversation = $"topic:{topic}" }, Narrow), HttpStatusCode.NotFound, ErrorCodes.NotFound);
        }

        var group = await (await _server.ConnectAsync("alice")).CreateAsync("group", "bob");
        foreach (var (call, body) in new (string, object)[]
        {
            ("send", new { id = "s", conversation = group, type = "text", body = 1 }),
            ("members/list", new { conversation = group }),
            ("members/add", new { conversation = group, users = new[] { "carol" } }),
            ("members/remove", new { conversation = group, user = "bob" }),
            ("presence", new { users = new[] { "bob" } }),
        })
        {
            await AssertRefusedAsync(await PostAsync(call, body, Narrow), HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        }
    }

    [Fact]
    public async Task Broadcast_ReachesEachTopicOnce_WhateverTheOrder()
    {
        var first = await CallAsync<BroadcastResult>("broadcast", new { id = "b1", topics = new[] { "x", "y", "z" }, type = "t", body = 1 });
        var again = await CallAsync<BroadcastResult>("broadcast", new { id = "b1", topics = new[] { "z", "x", "y", "w" }, type = "t", body = 1 });
        Assert.Equal(["topic:x", "topic:y", "topic:z"], first.Receipts!.Select(r => r.Conversation));
        Assert.All(first.Receipts!, r => Assert.StartsWith("b1.", r.Id));
        Assert.Equal(["duplicate", "duplicate", "duplicate", "stored"], again.Receipts!.Select(r => r.Status));

        // One that may not be published to does not keep the others from it, and is not passed over in silence.
        using var partly = await PostAsync("broadcast", new { id = "b2", topics = new[] { "grain.a", "talk" }, type = "t", body = 1 }, Narrow);
        Assert.Equal(HttpStatusCode.NotFound, partly.StatusCode);
        var result = (await partly.Content.ReadFromJsonAsync<BroadcastResult>(ChatJson.Options))!;
        Assert.Equal((false, ErrorCodes.NotFound), (result.Ok, result.Error?.Code));
        Assert.Equal([true, false], result.Receipts!.Select(r => r.Ok));
        foreach (var topics in new[] { [], ["a", "a"], ["a b"], Enumerable.Range(0, 101).Select(n => $"t{n}").ToArray() })
        {
            await AssertRefusedAsync(await PostAsync("broadcast", new { id = "b3", topics, type = "t", body = 1 }), HttpStatusCode.BadRequest, ErrorCodes.Invalid);
        }
    }

    [Fact]
    public async Task AService_SendsToConversations_AndManagesTheirMembers()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob");
        var group = await alice.CreateAsync("group");

        Assert.True((await CallAsync<Receipt>("send", new { id = "hello", conversation = group, type = "text", body = "From the shop" })).Ok);
        Assert.True((await CallAsync<Result>("members/add", new { conversation = group, users = new[] { "bob", "carol" } })).Ok);
        Assert.True((await CallAsync<Receipt>("send", new { id = "again", conversation = group, type = "text", body = "To both" })).Ok);
        Assert.True((await CallAsync<Result>("members/remove", new { conversation = group, user = "bob" })).Ok);

        Assert.Equal([new("alice", "owner"), new("carol", "member")], (await CallAsync<MembersResult>("members/list", new { conversation = group })).Members!);
        Assert.Equal(
            [(1L, "service:shop", "text"), (2L, "service:shop", "$member"), (3L, "service:shop", "text"), (4L, "service:shop", "$member")],
            (await NextAsync(alice, 4)).Select(e => (e.Seq!.Value, e.Sender, e.Type)));
        Assert.Equal([2L, 3L, 4L], (await NextAsync(bob, 3)).Select(e => e.Seq!.Value));
        var page = await CallAsync<HistoryResult>("history", new { conversation = group, after = 1, limit = 2 });
        Assert.Equal([2L, 3L], page.Events!.Select(e => e.Seq!.Value));

        // A topic is no conversation to send to, and what is not there is not there for services either.
        await CallAsync<Receipt>("publish", new { id = "p", topic = "talk", type = "t", body = 1 });
        foreach (var conversation in new[] { "topic:talk", "c_absent" })
        {
            await AssertRefusedAsync(await PostAsync("send", new { id = "no", conversation, type = "text", body = 1 }), HttpStatusCode.NotFound, ErrorCodes.NotFound);
            await AssertRefusedAsync(await PostAsync("members/add", new { conversation, users = new[] { "bob" } }), HttpStatusCode.NotFound, ErrorCodes.NotFound);
            await AssertRefusedAsync(await PostAsync("members/list", new { conversation }), HttpStatusCode.NotFound, ErrorCodes.NotFound);
        }

        var direct = await alice.CreateAsync("direct", "bob");
        await AssertRefusedAsync(await PostAsync("members/add", new { conversation = direct, users = new[] { "carol" } }), HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
    }

    [Fact]
    public async Task Presence_IsToldOfAnybodyToAService()
    {
        await (await _server.ConnectAsync("alice")).NoticeAsync(NoticeKinds.Welcome);
        var presence = await CallAsync<PresenceResult>("presence", new { users = new[] { "alice", "nobody" } });
        Assert.Equal(("online", "offline"), (presence.Presence!["alice"], presence.Presence["nobody"]));

        // Users who share no conversation with the caller are offline to him.
        Assert.Equal("offline", (await CallAsync<PresenceResult>("presence", new { users = new[] { "alice" } }, token: _server.Token("mallory"))).Presence!["alice"]);
    }

    [Fact]
    public async Task RequestsThatAreNone_AreNamedAndLeakNothing()
    {
        foreach (var call in Calls)
        {
            foreach (var body in new[] { "", "{", "[]", "null", "1", "{\"id\":1,\"conversation\":1,\"users\":1}", new string('[', 10_000) })
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                await AssertRefusedAsync(await PostAsync(call, content), HttpStatusCode.BadRequest, ErrorCodes.Invalid);
            }

            using var bytes = new ByteArrayContent([.. "{\"conversation\":\""u8, 0xC3, 0x28, .. "\",\"id\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
            bytes.Headers.ContentType = new("application/json");
            await AssertRefusedAsync(await PostAsync(call, bytes), HttpStatusCode.BadRequest, ErrorCodes.Invalid);
            using var text = new StringContent("{}", Encoding.UTF8, "text/plain");
            await AssertRefusedAsync(await PostAsync(call, text), HttpStatusCode.BadRequest, ErrorCodes.Invalid);

            // Of a length that is not told ahead.
            using var endless = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($"{{\"id\":\"{new string('x', 200_000)}\"}}")));
            endless.Headers.ContentType = new("application/json");
            endless.Headers.ContentLength = null;
            await AssertRefusedAsync(await PostAsync(call, endless), HttpStatusCode.RequestEntityTooLarge, ErrorCodes.TooLarge);
        }

        await AssertRefusedAsync(
            await PostAsync("publish", new { id = "big", topic = "talk", type = "t", body = new string('x', 33_000) }), HttpStatusCode.RequestEntityTooLarge, ErrorCodes.TooLarge);
        await AssertRefusedAsync(
            await PostAsync("publish", new { id = "huge", topic = "talk", type = "t", body = new string('x', 200_000) }), HttpStatusCode.RequestEntityTooLarge, ErrorCodes.TooLarge);
        await AssertRefusedAsync(
            await PostAsync("publish", new { id = "1", topic = "a b", type = "t", body = 1 }), HttpStatusCode.BadRequest, ErrorCodes.Invalid);
    }

    [Fact]
    public async Task WhatNoCallTakes_IsRefusedInTheSameShape()
    {
        using var get = await _server.Http.GetAsync("/api/publish");
        Assert.Equal("POST", Assert.Single(get.Content.Headers.Allow));
        await AssertRefusedAsync(get, HttpStatusCode.MethodNotAllowed, ErrorCodes.Invalid);
        await AssertRefusedAsync(await PostAsync("publish/nothing", new { }), HttpStatusCode.NotFound, ErrorCodes.NotFound);
        await AssertRefusedAsync(await _server.Http.GetAsync("/api"), HttpStatusCode.NotFound, ErrorCodes.NotFound);

        using var head = await _server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/nothing"));
        Assert.Equal((HttpStatusCode.NotFound, null), (head.StatusCode, head.Content.Headers.ContentType));
        using var elsewhere = await _server.Http.GetAsync("/nothing");
        Assert.Equal((HttpStatusCode.NotFound, ""), (elsewhere.StatusCode, await elsewhere.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task OpenApi_DescribesEveryCall()
    {
        using var document = JsonDocument.Parse(await _server.Http.GetStringAsync("/openapi/api.json"));
        var paths = document.RootElement.GetProperty("paths");
        Assert.Equal(Calls.Select(c => $"/api/{c}").Order(), paths.EnumerateObject().Select(p => p.Name).Order());
        foreach (var call in Calls)
        {
            var post = paths.GetProperty($"/api/{call}").GetProperty("post");
            Assert.NotEqual("", post.GetProperty("summary").GetString());
            Assert.NotEmpty(PropertiesOf(post.GetProperty("requestBody"), document.RootElement));
            var responses = post.GetProperty("responses");
            Assert.Equal(["200", "400", "401", "403", "404", "409", "413", "429", "500", "503"], responses.EnumerateObject().Select(r => r.Name).Order());
            Assert.All(responses.EnumerateObject(), r => Assert.Superset(new HashSet<string> { "ok", "error" }, PropertiesOf(r.Value, document.RootElement)));
        }

        Assert.Equal("X-Api-Key", document.RootElement.GetProperty("components").GetProperty("securitySchemes").GetProperty("key").GetProperty("name").GetString());
        Assert.DoesNotContain(All, document.RootElement.ToString());
    }

    /// <summary>Of the schema of a body, which stands there or is referred to.</summary>
    private static HashSet<string> PropertiesOf(JsonElement body, JsonElement document)
    {
        var schema = body.GetProperty("content").GetProperty("application/json").GetProperty("schema");
        if (schema.TryGetProperty("$ref", out var reference))
        {
            schema = reference.GetString()!.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name));
        }

        return [.. schema.GetProperty("properties").EnumerateObject().Select(p => p.Name)];
    }

    private static async Task<List<ChatEvent>> NextAsync(WireClient client, int count)
    {
        var events = new List<ChatEvent>();
        while (events.Count < count)
        {
            events.Add(await client.EventAsync());
        }

        return events;
    }

    private static string? CodeOf(JsonElement answer) => answer.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null;

    private static async Task AssertRefusedAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
            var result = JsonSerializer.Deserialize<Result>(text, ChatJson.Options)!;
            Assert.Equal((false, code), (result.Ok, result.Error?.Code));
            Assert.DoesNotContain("Exception", text);
        }
    }

    private async Task<T> CallAsync<T>(string call, object body, string key = All, string? token = null)
        where T : Result
    {
        using var response = await PostAsync(call, body, token is null ? key : null, token);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<T>(text, ChatJson.Options)!;
    }

    private async Task<HttpResponseMessage> PostAsync(string call, object body, string? key = All, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/{call}")
        {
            Content = body as HttpContent ?? JsonContent.Create(body, options: ChatJson.Options),
        };
        if (token is not null)
        {
            request.Headers.Add("Authorization", $"Bearer {token}");
        }
        else if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        return await _server.Http.SendAsync(request);
    }
}

public sealed class ApiOnSqliteTests : ApiContract
{
    protected override string? ConnectionString => null;
}

/// <summary>Each test has a database of its own: they use the same names.</summary>
public sealed class ApiOnPostgresTests : ApiContract, IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();

    protected override string? ConnectionString => _database.ConnectionString;

    async Task IAsyncLifetime.InitializeAsync()
    {
        await _database.InitializeAsync();
        await InitializeAsync();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await _database.DisposeAsync();
    }
}
