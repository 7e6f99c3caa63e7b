using System.Text;
using System.Text.Json;
using Chat.Admin;
using Chat.Admin.Access;
using Chat.Admin.Export;
using Chat.Admin.ServerApi;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Admin;

/// <summary>Tables as files: what is in them, all pages of it, and that a file which is not whole says so.</summary>
public sealed class ExportTests
{
    private readonly AdminBed.RecordedAudit _audit = new();
    private readonly UserBook _users = new(Options.Create(new AdminOptions { Folder = TestRun.NewFolder("console") }), new ManualTimeProvider(), iterations: 1);

    [Theory]
    [InlineData(Role.Operator, 403)]
    [InlineData(Role.Admin, 200)]
    public async Task ConsoleUsers_AreForAdminsAndWithoutAnythingSecret(Role role, int expected)
    {
        Assert.Null(_users.Add("root", AdminBed.Password, Role.Admin));
        Assert.Null(_users.Add("otto", AdminBed.Password, Role.Operator));
        var (status, file) = await ExportAsync(new FakeServerApi(), "console-users", "csv", "?q=otto", role);
        Assert.Equal(expected, status);
        Assert.Equal(role is Role.Admin ? "name,role,disabled,oneTimeCodes,createdAt" : "", file.Split("\r\n")[0]);
        Assert.Equal(role is Role.Admin, file.Contains("otto,Operator,false,false,", StringComparison.Ordinal));
        Assert.DoesNotContain("root", file, StringComparison.Ordinal);
        Assert.DoesNotContain(_users.Find("otto")!.PasswordHash, file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workers_OfOneNode_AreOrderedAndWholeWhateverTheOtherDoes()
    {
        var api = new FakeServerApi("north", "south");
        Samples.Fill(api);
        api.Down.Add("south");
        var (_, file) = await ExportAsync(api, "workers", "json", "?node=north&sort=-id&q=w");
        var rows = JsonSerializer.Deserialize<JsonElement[]>(file)!;
        Assert.Equal(["w2", "w1"], rows.Select(r => r.GetProperty("id").GetString()));
        Assert.All(rows, r => Assert.Equal("north", r.GetProperty("node").GetString()));
        (_, file) = await ExportAsync(api, "workers", "json");
        Assert.Contains("1 of 2 nodes answered", file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_AreAskedForAsWhoeverWantsThem()
    {
        var api = new FakeServerApi();
        Samples.Fill(api);
        var (_, file) = await ExportAsync(api, "settings", "csv", "?which=configured", Role.Operator);
        Assert.Contains("Workers:Count,text,", file, StringComparison.Ordinal);
        Assert.Equal(Role.Operator, Assert.Single(api.Gets).Role);
        (_, file) = await ExportAsync(api, "settings", "csv", "?which=running", Role.Operator);
        Assert.DoesNotContain("Workers:Count", file, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("north")]
    [InlineData("south")]
    public async Task Shared_OneNodeDown_IsOfTheOther(string down)
    {
        var api = new FakeServerApi("north", "south");
        Samples.Fill(api, "a-word");
        api.Down.Add(down);
        foreach (var name in new[] { "conversations", "dead-letters" })
        {
            var (status, file) = await ExportAsync(api, name, "csv");
            Assert.Equal(200, status);
            Assert.Contains("a-word", file, StringComparison.Ordinal);
            Assert.DoesNotContain("incomplete", file, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Settings_Exported_AreAsTheTableShowsThemAndNotForViewers()
    {
        var api = new FakeServerApi();
        api.Answer(ManagementRoutes.Settings, new SettingsAnswer { Settings = [Samples.Setting("7"), new() { Key = "Workers:Count", Value = "2", Source = SettingSources.File, NeedsRestart = true }] });
        var (status, file) = await ExportAsync(api, "settings", "csv");
        Assert.Equal(200, status);
        Assert.Equal("node,key,value,default,configured,source,needsRestart,changeable,changedAt,changedBy", file.Split("\r\n")[0]);
        Assert.StartsWith(",Limits:SendBurst,7,1000,500,running,false,true,", file.Split("\r\n")[1], StringComparison.Ordinal);
        Assert.Equal(403, (await ExportAsync(api, "settings", "csv", role: Role.Viewer)).Status);
    }

    [Fact]
    public async Task OfEachNode_OneDown_SaysWhoseRowsAreMissing()
    {
        var api = new FakeServerApi("north", "south");
        Samples.Fill(api, "a-word");
        api.Down.Add("south");
        foreach (var name in new[] { "connections", "users", "queue", "alerts" })
        {
            var (status, file) = await ExportAsync(api, name, "json");
            var rows = JsonSerializer.Deserialize<JsonElement[]>(file)!;
            Assert.Equal((200, 2), (status, rows.Length));
            Assert.Contains("a-word", rows[0].ToString(), StringComparison.Ordinal);
            Assert.Contains(name == "alerts" ? "1 of 2 nodes answered" : "south: The node cannot be reached.", rows[1].GetProperty("incomplete").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Conversations_HaveAllColumnsWhicheverThePageShows()
    {
        var api = new FakeServerApi();
        api.Answer(ManagementRoutes.Conversations, Samples.PageOf<ConversationView>(new() { Id = "c1", Kind = "group", Policy = "durable", Online = 7, MessagesPerMinute = 2.5, StoredBytes = 2_000, Queued = 31 }));
        var (_, file) = await ExportAsync(api, "conversations", "csv");
        Assert.Contains("with=online,rate,size,queued", Assert.Single(api.Gets).PathAndQuery, StringComparison.Ordinal);
        var lines = file.Split('\n');
        var heads = lines[0].Trim().Split(',');
        var values = lines[1].Trim().Split(',');
        foreach (var (name, value) in new[] { ("online", "7"), ("messagesPerMinute", "2.5"), ("storedBytes", "2000"), ("queued", "31") })
        {
            Assert.Equal(value, values[Array.FindIndex(heads, h => string.Equals(h.Trim('"'), name, StringComparison.OrdinalIgnoreCase))].Trim('"'));
        }
    }

    [Theory]
    [InlineData("connections")]
    [InlineData("conversations")]
    [InlineData("dead-letters")]
    [InlineData("alerts")]
    [InlineData("audit")]
    public async Task NoNodeAnswers_Fails(string name)
    {
        var api = new FakeServerApi();
        api.Down.Add("node-1");
        var (status, text) = await ExportAsync(api, name, "csv");
        Assert.Equal(503, status);
        Assert.Contains("cannot be reached", text, StringComparison.Ordinal);
        Assert.Contains(_audit.Notes, n => n is { Action: "export", Result: "failed" });
    }

    [Fact]
    public async Task Rows_OfSeveralPages_AreAllThereInOrder()
    {
        var api = new FakeServerApi();
        Serve(api, total: 250);
        var (_, file) = await ExportAsync(api, "conversations", "csv", "?kind=group&sort=id&page=7&size=25");
        var lines = file.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(1, 250).Select(i => $"c{i}"), lines.Skip(1).Select(l => l.Split(',')[0]));
        Assert.All(api.Gets, g => Assert.Contains("kind=group", g.PathAndQuery, StringComparison.Ordinal));
        Assert.Equal(["1", "2", "3"], api.Gets.Select(g => QueryHelpers.ParseQuery(g.PathAndQuery.Split('?')[1])["page"].ToString()));
    }

    [Fact]
    public async Task Rows_BehindAPageThatFails_AreSaidToBeMissing()
    {
        var api = new FakeServerApi();
        Serve(api, total: 250, failing: 3);
        var (status, file) = await ExportAsync(api, "conversations", "csv");
        var lines = file.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((200, 202), (status, lines.Length));
        Assert.EndsWith(",incomplete", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(",The database does not answer.", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9_999, false)]
    [InlineData(10_000, false)]
    [InlineData(10_001, true)]
    public async Task Rows_MoreThanAFileHolds_AreSaidToBeMissing(int total, bool cut)
    {
        var api = new FakeServerApi();
        Serve(api, total);
        var (_, file) = await ExportAsync(api, "conversations", "json");
        var rows = JsonSerializer.Deserialize<JsonElement[]>(file)!;
        Assert.Equal(Math.Min(total, 10_000) + (cut ? 1 : 0), rows.Length);
        Assert.Equal(cut, rows[^1].TryGetProperty("incomplete", out var said) && said.GetString()!.Contains("first 10000 rows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Query_ThatIsRefused_IsRefused()
    {
        var api = new FakeServerApi();
        api.Answer(ManagementRoutes.Conversations, new ChatError(ErrorCodes.Invalid, "kind is one of direct, group, topic.", Retryable: false));
        Assert.Equal(400, (await ExportAsync(api, "conversations", "csv", "?kind=x")).Status);
    }

    [Theory]
    [InlineData("connections", Role.Viewer, 403)]
    [InlineData("audit", Role.Operator, 403)]
    [InlineData("passwords", Role.Admin, 404)]
    public async Task Export_NotForEverybody_IsRefused(string name, Role role, int expected) =>
        Assert.Equal(expected, (await ExportAsync(new FakeServerApi(), name, "csv", role: role)).Status);

    // Pages as the route makes them.
    private static void Serve(FakeServerApi api, int total, int failing = 0) => api.Answer(ManagementRoutes.Conversations, asked =>
    {
        var query = QueryHelpers.ParseQuery(asked.Split('?')[1]);
        var (page, size) = (int.Parse(query["page"]!), int.Parse(query["size"]!));
        return page == failing ? new ChatError(ManagementCodes.StorageUnavailable, "The database does not answer.", Retryable: true)
            : page > 10_000 / size ? new ChatError(ErrorCodes.Invalid, "page is a number from 1 to 100.", Retryable: false)
            : new Page<ConversationView>
            {
                Items = [.. Enumerable.Range(((page - 1) * size) + 1, Math.Clamp(total - ((page - 1) * size), 0, size)).Select(i => new ConversationView { Id = $"c{i}", Kind = "group", Policy = "durable" })],
                Total = Math.Min(total, 10_000), More = total > 10_000, Number = page, Size = size,
            };
    });

    private async Task<(int Status, string Text)> ExportAsync(FakeServerApi api, string name, string format, string query = "", Role role = Role.Admin)
    {
        var user = new ConsoleUser("ada", role, "", Disabled: false, Version: 0, default);
        var context = new DefaultHttpContext { User = Actor.PrincipalOf(user, new ConsoleSession("s", "ada", 0, default, "", ""), "test") };
        context.Request.QueryString = new(query);
        var body = new MemoryStream();
        context.Response.Body = body;
        await ExportEndpoints.WriteAsync(context, name, format, new Fleet(new SharedReads(api, new ManualTimeProvider())), _users, _audit);
        return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }
}
