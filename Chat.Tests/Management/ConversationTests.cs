using System.Text.Json;
using Chat.Contracts.Management;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;

namespace Chat.Tests.Management;

/// <summary>What operators see of what users do.</summary>
public sealed class ConversationTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    private const string Canary = "canary-body-7f3a";

    [Fact]
    public async Task Conversation_MessagesAndMembers_AreToldWithoutBodies()
    {
        var (alice, bob) = ($"alice-{Guid.NewGuid():N}", $"bob-{Guid.NewGuid():N}");
        await using var sender = await bed.Server.ConnectAsync(alice);
        await using var reader = await bed.Server.ConnectAsync(bob, "phone");
        var (conversation, id) = await SendAsync(sender, bob);

        var page = await bed.Viewer.ReadAsync<Page<ConversationView>>($"{ManagementRoutes.Conversations}?member={alice}");
        var row = Assert.Single(page.Items);
        Assert.Equal((conversation, "direct", "durable", 2, 1L), (row.Id, row.Kind, row.Policy, row.Members, row.Head));

        var members = await bed.Viewer.ReadAsync<Page<MemberView>>($"{ManagementRoutes.ConversationMembers.With(conversation)}?sort=-lag");
        Assert.Equal([alice, bob], members.Items.Select(m => m.User).Order(StringComparer.Ordinal));

        var text = await bed.Admin.GetStringAsync(ManagementRoutes.ConversationMessages.With(conversation));
        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        var message = Assert.Single(JsonSerializer.Deserialize<Stretch<MessageView>>(text, Contracts.ChatJson.Options)!.Items);
        Assert.Equal((id, alice, "text", 1L), (message.Id, message.Sender, message.Type, message.Seq));
        Assert.Equal($$"""{"text":"{{Canary}}"}""".Length, message.Bytes);
        Assert.Equal(12, message.Hash.Length);

        var detail = await bed.Viewer.ReadAsync<ConversationDetail>(ManagementRoutes.Conversation.With(conversation));
        Assert.True(detail.MessagesPerMinute > 0);
        await Eventually.EqualAsync(
            2, async () => (await bed.Viewer.ReadAsync<ConversationDetail>(ManagementRoutes.Conversation.With(conversation))).Online, "connections that are fed");

        var sent = await reader.EventAsync();
        await reader.AckAsync(conversation, sent.Seq!.Value);
        var trace = await Eventually.GetAsync(
            async () => Assert.Single((await bed.Viewer.ReadAsync<MessageTraces>(ManagementRoutes.MessageTrace.With(id))).Messages),
            t => t.Steps.Any(s => s is { What: "acknowledged", Device: "phone" }) && t.Devices.Any(d => d is { Device: "phone", Connected: true, Acknowledged: true }),
            "the acknowledgement is known");
        Assert.Contains(trace.Steps, s => s is { What: "committed", Worker: "w1" });
        var fed = await bed.Viewer.ReadAsync<Page<ConnectionView>>($"{ManagementRoutes.Connections}?user={bob}");
        Assert.Equal((1, 0), (Assert.Single(fed.Items).Acknowledged, fed.Items[0].Unacknowledged));
        Assert.Contains(trace.Steps, s => s is { What: "pushed", Device: "phone" } && s.User == bob);
        Assert.Equal(conversation, trace.Message.Conversation);
        Assert.Contains(trace.Steps, s => s.What == "accepted" && s.User == alice);
        Assert.DoesNotContain(Canary, JsonSerializer.Serialize(trace), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_WithWhatTakesAnotherLook_HasItWhereItIsAskedFor()
    {
        var (alice, bob) = ($"alice-{Guid.NewGuid():N}", $"bob-{Guid.NewGuid():N}");
        await using var sender = await bed.Server.ConnectAsync(alice);
        await using var reader = await bed.Server.ConnectAsync(bob);
        var (conversation, _) = await SendAsync(sender, bob);
        await sender.AckAsync(conversation, (await sender.EventAsync()).Seq!.Value);
        await reader.EventAsync();
        var path = $"{ManagementRoutes.Conversations}?q={conversation}";

        var plain = Assert.Single((await bed.Viewer.ReadAsync<Page<ConversationView>>(path)).Items);
        Assert.Equal((null, null, null, null), (plain.Online, plain.MessagesPerMinute, plain.StoredBytes, plain.Queued));
        Assert.Equal(2, plain.Members);

        var page = await Eventually.GetAsync(
            () => bed.Viewer.ReadAsync<Page<ConversationView>>($"{path}&with=online,rate,size,queued"), p => p.Items is [{ Queued: 0 }] or [{ Queued: 1 }], "the cursors are written");
        var row = Assert.Single(page.Items);
        Assert.Equal((2, 0.1, (long?)$$"""{"text":"{{Canary}}"}""".Length, false, false), (row.Online, row.MessagesPerMinute, row.StoredBytes, row.StoredEstimated, row.QueuedMore));
        Assert.Null(page.Partial);
        await reader.AckAsync(conversation, 1);
        await Eventually.EqualAsync(0, async () => (await bed.Viewer.ReadAsync<Page<ConversationView>>($"{path}&with=queued")).Items[0].Queued, "nobody is behind");
        Assert.Equal(ManagementCodes.Invalid, (await (await bed.Viewer.GetAsync($"{path}&with=online,bodies")).RefusedAsync(400)).Code);
    }

    [Fact]
    public async Task List_Topic_CountsThoseWhoKeepASubscription()
    {
        var topic = $"count-{Guid.NewGuid():N}";
        await using var one = await bed.Server.ConnectAsync($"alice-{Guid.NewGuid():N}");
        await using var other = await bed.Server.ConnectAsync($"bob-{Guid.NewGuid():N}");
        await one.CallAsync("Subscribe", new { topic, durable = true });
        await other.CallAsync("Subscribe", new { topic });
        var path = $"{ManagementRoutes.Conversations}?with=online&q={Uri.EscapeDataString(Contracts.TopicIds.ConversationOf(topic))}";

        var row = await Eventually.GetAsync(async () => Assert.Single((await bed.Viewer.ReadAsync<Page<ConversationView>>(path)).Items), r => r.Online == 2, "both follow it");
        Assert.Equal(1, row.Members);
    }

    [Fact]
    public async Task Reveal_ByAnAdminWithAReason_ShowsTheBodyAndIsWrittenDownWithoutIt()
    {
        var (alice, bob) = ($"alice-{Guid.NewGuid():N}", $"bob-{Guid.NewGuid():N}");
        await using var sender = await bed.Server.ConnectAsync(alice);
        var (conversation, _) = await SendAsync(sender, bob);
        var route = ManagementRoutes.MessageReveal.With(conversation).Replace("{seq}", "1", StringComparison.Ordinal);

        Assert.Equal(ManagementCodes.Invalid, (await (await bed.Admin.PostAsync(route, "{}")).RefusedAsync(400)).Code);
        Assert.Equal(ManagementCodes.NotFound, (await (await bed.Admin.PostAsync(route.Replace("/1/", "/99/", StringComparison.Ordinal), """{"reason":"x"}""")).RefusedAsync(404)).Code);

        var revealed = await bed.Admin.DoAsync<BodyView>(route, new { reason = "ticket 4711" });
        Assert.Equal(Canary, revealed.Body!.Value.GetProperty("text").GetString());

        var row = Assert.Single((await bed.AuditAsync("&action=message.reveal")).Items, r => r.CorrelationId == revealed.CorrelationId);
        Assert.Equal(("admin", "ticket 4711", "done", $"conversations/{conversation}/1"), (row.Actor, row.Reason, row.Result, row.Object));
        var audit = string.Concat(Directory.EnumerateFiles(Path.Combine(bed.Server.Folder, "audit")).Select(ReadShared));
        Assert.DoesNotContain(Canary, audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RemoveMember_ByAnAdminWithAReason_EndsTheMembershipAndMembersAreTold()
    {
        var (alice, bob) = ($"alice-{Guid.NewGuid():N}", $"bob/{Guid.NewGuid():N}");
        await using var owner = await bed.Server.ConnectAsync(alice);
        var group = await owner.CreateAsync("group", bob);
        var route = ManagementRoutes.MemberRemove.With(group, bob);
        Assert.Equal(ManagementCodes.Invalid, (await (await bed.Admin.PostAsync(route, "{}")).RefusedAsync(400)).Code);

        var done = await bed.Admin.DoAsync<ActionResult>(route, new { reason = "spam" });

        Assert.Equal((ActionOutcomes.Done, 1), (done.Outcome, done.Count));
        var told = await owner.EventAsync();
        Assert.Equal((group, "$member", "$operator"), (told.Conversation, told.Type, told.Sender));
        var change = told.Body!.Value.Deserialize<Contracts.MembershipChange>(Contracts.ChatJson.Options)!;
        Assert.Equal("removed", change.Action);
        Assert.Equal([bob], change.Users);
        var members = await bed.Viewer.ReadAsync<Page<MemberView>>(ManagementRoutes.ConversationMembers.With(group));
        Assert.Equal((long?)told.Seq, Assert.Single(members.Items, m => m.User == bob).LeftSeq);
        Assert.Equal(ManagementCodes.NotFound, (await (await bed.Admin.PostAsync(route, """{"reason":"again"}""")).RefusedAsync(404)).Code);
        var row = Assert.Single((await bed.AuditAsync("&action=member.remove&result=done")).Items, r => r.CorrelationId == done.CorrelationId);
        Assert.Equal(("admin", "spam", $"conversations/{group}/members/{bob}"), (row.Actor, row.Reason, row.Object));
    }

    [Fact]
    public async Task RemoveMember_OfATwosome_IsNotSupported()
    {
        var (alice, bob) = ($"alice-{Guid.NewGuid():N}", $"bob-{Guid.NewGuid():N}");
        await using var one = await bed.Server.ConnectAsync(alice);
        var direct = await one.CreateAsync("direct", bob);
        var route = ManagementRoutes.MemberRemove.With(direct, bob);
        var refused = await bed.Admin.PostAsync(route, """{"reason":"spam"}""");
        Assert.False(refused.IsSuccessStatusCode);
        Assert.Equal(ManagementCodes.NotSupported, (await refused.RefusedAsync((int)refused.StatusCode)).Code);
    }

    [Fact]
    public async Task TestMessage_ToATopicForTests_IsPublishedAndCanBeFollowed()
    {
        var topic = $"test-{Guid.NewGuid():N}";
        await using var subscriber = await bed.Server.ConnectAsync($"alice-{Guid.NewGuid():N}");
        await subscriber.CallAsync("Subscribe", new { topic });
        await subscriber.CallAsync("Publish", new { id = $"first-{topic}", topic, type = "text", body = 1 });
        var conversation = Contracts.TopicIds.ConversationOf(topic);
        Assert.Equal(1, (await subscriber.EventAsync()).Seq);

        var sent = await bed.Admin.DoAsync<TestMessage>(ManagementRoutes.TopicTest.With(conversation), new { });

        var got = await subscriber.EventAsync();
        Assert.Equal((conversation, 2L, sent.Id, "$operator"), (got.Conversation, got.Seq, got.Id, got.Sender));
        Assert.True(got.Body!.Value.GetProperty("test").GetBoolean());
        Assert.Equal(2, sent.Seq);
        Assert.Equal(conversation, Assert.Single((await bed.Viewer.ReadAsync<MessageTraces>(ManagementRoutes.MessageTrace.With(sent.Id))).Messages).Message.Conversation);
        Assert.Single((await bed.AuditAsync("&action=topic.test&result=done")).Items, r => r.CorrelationId == sent.CorrelationId);
        var rate = (await bed.Viewer.ReadAsync<ConversationDetail>(ManagementRoutes.Conversation.With(conversation))).Rate!;
        Assert.Equal((60, 60d), (Assert.Single(rate.Lines).Values.Count, rate.StepSeconds));
    }

    [Fact]
    public async Task TestMessage_ToAnythingElse_IsRefused()
    {
        await using var one = await bed.Server.ConnectAsync($"alice-{Guid.NewGuid():N}");
        var direct = await one.CreateAsync("direct", $"bob-{Guid.NewGuid():N}");
        foreach (var (conversation, code) in new[] { (direct, ManagementCodes.NotSupported), ("topic:news", ManagementCodes.NotSupported), ("topic:test-none", ManagementCodes.NotFound) })
        {
            var refused = await bed.Admin.PostAsync(ManagementRoutes.TopicTest.With(conversation), "{}");
            Assert.Equal(code, (await refused.RefusedAsync((int)refused.StatusCode)).Code);
        }
    }

    [Fact]
    public async Task User_IsFoundWithConnectionsAndDevices()
    {
        var user = $"carol-{Guid.NewGuid():N}";
        await using var client = await bed.Server.ConnectAsync(user, "tablet");
        var detail = await Eventually.GetAsync(
            async () =>
            {
                using var response = await bed.Operator.GetAsync(ManagementRoutes.User.With(user));
                return response.IsSuccessStatusCode ? JsonSerializer.Deserialize<UserDetail>(await response.Content.ReadAsStringAsync(), Contracts.ChatJson.Options) : null;
            },
            d => d is { Devices.Count: 1, Connections.Count: 1 },
            "the device and the connection are known");
        Assert.Equal((UserStates.Online, 1), (detail!.User.State, detail.User.Connections));
        var connection = Assert.Single(detail.Connections);
        Assert.Equal(("tablet", "w1", "json", "WebSockets", "127.0.0.1"), (connection.Device, connection.Worker, connection.Protocol, connection.Transport, connection.Address));
        Assert.NotNull(connection.TokenExpiresAt);

        var page = await bed.Viewer.ReadAsync<Page<UserView>>($"{ManagementRoutes.Users}?q={user[..12]}");
        Assert.Equal(user, Assert.Single(page.Items).Id);
        var seen = Assert.Single((await bed.Viewer.ReadAsync<Page<ConnectionView>>($"{ManagementRoutes.Connections}?user={user}")).Items);
        Assert.Equal("loopback", seen.Address);
    }

    [Fact]
    public async Task Disconnect_ClosesWithTheReasonAndOnce()
    {
        var user = $"dave-{Guid.NewGuid():N}";
        await using var client = await bed.Server.ConnectAsync(user);
        var page = await Eventually.GetAsync(
            () => bed.Viewer.ReadAsync<Page<ConnectionView>>($"{ManagementRoutes.Connections}?user={user}"), p => p.Items.Count > 0, "the connection is listed");
        var connection = Assert.Single(page.Items);
        var route = ManagementRoutes.ConnectionDisconnect.With(connection.Id);
        Assert.Equal(ManagementCodes.Invalid, (await (await bed.Operator.PostAsync(route, "{}")).RefusedAsync(400)).Code);

        var done = await bed.Operator.DoAsync<ActionResult>(route, new { reason = "spam" });

        Assert.Equal((ActionOutcomes.Done, 1), (done.Outcome, done.Count));
        var bye = await client.NoticeAsync("bye");
        Assert.Equal(("disconnected", "spam", false), (bye.Code, bye.Reason, bye.Retry));
        await client.Closed;
        await Eventually.EqualAsync(
            ActionOutcomes.Already, async () => (await bed.Operator.DoAsync<ActionResult>(ManagementRoutes.UserDisconnect.With(user), new { reason = "spam" })).Outcome, "there is nothing left to close");
        Assert.Contains((await bed.AuditAsync("&action=connection.disconnect&result=done")).Items, r => r.CorrelationId == done.CorrelationId && r.Reason == "spam");
    }

    [Fact]
    public async Task Overview_Numbers_AreTheWorkers()
    {
        await using var client = await bed.Server.ConnectAsync($"erin-{Guid.NewGuid():N}");
        var overview = await Eventually.GetAsync(
            () => bed.Viewer.ReadAsync<Overview>(ManagementRoutes.Overview),
            o => o.Tiles is { Connections: > 0, UsersOnline: > 0, QueueOldestSeconds: not null, QueuePending: not null } && o.Partial is null,
            "the beats tell the numbers");
        Assert.Equal((1, 1, 0), (overview.Tiles.WorkersTotal, overview.Tiles.WorkersHealthy, overview.Tiles.WorkersCrashed));
        Assert.Equal(["database", "redis", "supervisor"], overview.Dependencies.Select(d => d.Name));
        Assert.Equal("w1", Assert.Single(overview.Workers).Id);
    }

    private static async Task<(string Conversation, string Id)> SendAsync(WireClient sender, string to)
    {
        var made = await sender.CallAsync("CreateConversation", new { kind = "direct", members = new[] { to } });
        var conversation = made.GetProperty("conversation").GetProperty("id").GetString()!;
        var id = Guid.NewGuid().ToString();
        var receipt = await sender.CallAsync("Send", new { id, conversation, type = "text", body = new { text = Canary } });
        Assert.True(receipt.GetProperty("ok").GetBoolean());
        return (conversation, id);
    }

    private static string ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
