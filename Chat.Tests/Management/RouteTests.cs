using System.Reflection;
using System.Text.Json;
using Chat.Contracts.Management;

namespace Chat.Tests.Management;

/// <summary>What holds for every route: it is described, guarded, and says nothing that it must not.</summary>
public sealed class RouteTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    private static readonly string[] Readable =
    [
        ManagementRoutes.Me, ManagementRoutes.Overview, ManagementRoutes.Events, ManagementRoutes.Workers, ManagementRoutes.Worker.With("w1"), ManagementRoutes.Connections,
        ManagementRoutes.Users, ManagementRoutes.Conversations, ManagementRoutes.Queue, ManagementRoutes.QueueUsers, ManagementRoutes.Alerts, ManagementRoutes.AlertHistory,
        ManagementRoutes.DeadLetters, ManagementRoutes.DeadLetterGroups, ManagementRoutes.Blocks, ManagementRoutes.Health, ManagementRoutes.HealthChecksApi, ManagementRoutes.Charts, ManagementRoutes.Chart.With("accepted"), ManagementRoutes.Settings,
        ManagementRoutes.OpenApi, ManagementRoutes.Channels, ManagementRoutes.HealthCallers,
    ];

    private static readonly (string Route, string Role)[] Actions =
    [
        (ManagementRoutes.WorkerRestart, "operator"), (ManagementRoutes.WorkerDrain, "operator"), (ManagementRoutes.WorkerStop, "operator"), (ManagementRoutes.WorkerStart, "operator"),
        (ManagementRoutes.WorkerKill, "admin"), (ManagementRoutes.WorkerStacks, "admin"), (ManagementRoutes.RestartAll, "admin"), (ManagementRoutes.ConnectionDisconnect, "operator"), (ManagementRoutes.UserDisconnect, "operator"),
        (ManagementRoutes.MessageReveal, "admin"), (ManagementRoutes.MemberRemove, "admin"), (ManagementRoutes.TopicTest, "admin"), (ManagementRoutes.AlertAcknowledge, "operator"), (ManagementRoutes.AlertUnacknowledge, "operator"),
        (ManagementRoutes.Silences, "operator"), (ManagementRoutes.SilenceExpire, "operator"), (ManagementRoutes.Rule, "admin"), (ManagementRoutes.RuleReset, "admin"),
        (ManagementRoutes.DeadLetterReplay, "operator"), (ManagementRoutes.DeadLetterDiscard, "admin"), (ManagementRoutes.UserBlock, "admin"), (ManagementRoutes.UserUnblock, "admin"), (ManagementRoutes.UserTrace, "operator"), (ManagementRoutes.UserTraceStop, "operator"),
        (ManagementRoutes.ChannelTest, "operator"), (ManagementRoutes.Maintenance, "admin"), (ManagementRoutes.LogLevel, "admin"), (ManagementRoutes.SettingChange, "admin"),
        (ManagementRoutes.Fault, "admin"), (ManagementRoutes.FaultEnd, "admin"),
    ];

    public static TheoryData<string> ReadableRoutes { get; } = [.. Readable];

    public static TheoryData<string> ActionRoutes { get; } = [.. Actions.Select(a => a.Route)];

    [Theory]
    [MemberData(nameof(ReadableRoutes))]
    public async Task Get_AsViewer_AnswersJson(string route)
    {
        using var response = await bed.Viewer.GetAsync(route);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.NotEqual(JsonValueKind.Null, json.RootElement.ValueKind);
    }

    [Theory]
    [MemberData(nameof(ReadableRoutes))]
    public async Task Get_WithoutOrWithAWrongKey_IsRefused(string route)
    {
        Assert.Equal(ManagementCodes.Unauthenticated, (await (await bed.Stranger.GetAsync(route)).RefusedAsync(401)).Code);
        using var request = new HttpRequestMessage(HttpMethod.Get, route) { Headers = { { "Authorization", "Bearer guessed-0123456789-0123456789-0123456789" } } };
        var refused = await bed.Stranger.SendAsync(request);
        Assert.Contains((int)refused.StatusCode, new[] { 401, 429 });
    }

    [Theory]
    [MemberData(nameof(ActionRoutes))]
    public async Task Post_BelowItsRole_IsRefusedAndWrittenDown(string route)
    {
        var role = Actions.Single(a => a.Route == route).Role;
        var caller = role == "admin" ? bed.Operator : bed.Viewer;
        var path = route.Replace("{seq}", "1", StringComparison.Ordinal).With("nobody", "u");

        var error = await (await caller.PostAsync(path, "{}")).RefusedAsync(403);

        Assert.Equal(ManagementCodes.Forbidden, error.Code);
        var row = Assert.Single((await bed.AuditAsync()).Items, r => r.CorrelationId == error.TraceId);
        Assert.Equal(("refused", role == "admin" ? "operator" : "viewer", "loopback"), (row.Result, row.Role, row.Address));
    }

    [Fact]
    public async Task AuditLog_BelowAdmin_IsRefusedAndWrittenDown()
    {
        var error = await (await bed.Operator.GetAsync(ManagementRoutes.Audit)).RefusedAsync(403);
        Assert.Contains((await bed.AuditAsync()).Items, r => r.CorrelationId == error.TraceId && r.Result == "refused");
    }

    [Fact]
    public async Task Post_ThatIsNotJson_IsRefused()
    {
        var path = ManagementRoutes.Maintenance;
        Assert.Equal(ManagementCodes.Invalid, (await (await bed.Admin.PostAsync(path, "{\"on\":true,\"reason\":\"x\"}", "text/plain")).RefusedAsync(400)).Code);
        foreach (var body in (string[])["", "null", "[]", "{", "\"text\"", "{\"on\":\"maybe\"}"])
        {
            Assert.Equal(ManagementCodes.Invalid, (await (await bed.Admin.PostAsync(path, body)).RefusedAsync(400)).Code);
        }

        var large = $"{{\"on\":true,\"reason\":\"{new string('x', 70_000)}\"}}";
        Assert.Equal(ManagementCodes.TooLarge, (await (await bed.Admin.PostAsync(path, large)).RefusedAsync(413)).Code);
        Assert.False((await bed.Admin.ReadAsync<AlertsAnswer>(ManagementRoutes.Alerts)).Maintenance);
    }

    [Fact]
    public async Task OpenApi_Document_ListsEveryRoute()
    {
        var routes = typeof(ManagementRoutes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(f => f.Name is not (nameof(ManagementRoutes.Root) or nameof(ManagementRoutes.HealthChecksApi) or nameof(ManagementRoutes.Metrics) or nameof(ManagementRoutes.OpenApi)))
            .Select(f => (string)f.GetRawConstantValue()!)
            .ToArray();
        using var document = JsonDocument.Parse(await bed.Viewer.GetStringAsync(ManagementRoutes.OpenApi));
        var described = document.RootElement.GetProperty("paths");

        Assert.Equal(routes.Order(StringComparer.Ordinal), described.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        var worker = described.GetProperty(ManagementRoutes.WorkerRestart).GetProperty("post");
        Assert.Equal("id", worker.GetProperty("parameters")[0].GetProperty("name").GetString());
        Assert.True(worker.GetProperty("responses").TryGetProperty("403", out _));
        Assert.Contains("windowSeconds", worker.GetProperty("requestBody").ToString() + document.RootElement.GetProperty("components"), StringComparison.Ordinal);
        Assert.True(worker.GetProperty("requestBody").GetProperty("content").TryGetProperty("application/json", out _));
    }

    [Fact]
    public void Documentation_NamesEveryRoute()
    {
        var page = File.ReadAllText(Support.Repository.PathOf("docs", "management-api.md"));
        var missing = typeof(ManagementRoutes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(f => (string)f.GetRawConstantValue()!)
            .Where(route => route != ManagementRoutes.Root && !page.Contains($"`{route}`", StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public async Task Answers_Secrets_AreInNone()
    {
        foreach (var route in (string[])[.. Readable, ManagementRoutes.Audit])
        {
            Assert.DoesNotContain("canary", await bed.Admin.GetStringAsync(route), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("GET", "/api/manage/nothing")]
    [InlineData("GET", "/nothing")]
    [InlineData("POST", "/api")]
    public async Task Address_ThatThereIsNot_IsRefusedLikeAllElse(string method, string path)
    {
        var error = await (await bed.Stranger.SendAsync(new HttpRequestMessage(new HttpMethod(method), path))).RefusedAsync(404);
        Assert.Equal((ManagementCodes.NotFound, false), (error.Code, error.Retryable));
        Assert.False(string.IsNullOrEmpty(error.TraceId));
    }

    [Theory]
    [InlineData("DELETE", ManagementRoutes.Overview, "GET")]
    [InlineData("POST", "/health", "GET, HEAD")]
    [InlineData("PUT", ManagementRoutes.Maintenance, "POST")]
    public async Task Method_ThatIsNotTaken_IsRefusedAndTheOthersAreNamed(string method, string path, string allowed)
    {
        var response = await bed.Stranger.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
        Assert.Equal(ManagementCodes.Invalid, (await response.RefusedAsync(405)).Code);
    }

    [Theory]
    [InlineData("/nothing", 404)]
    [InlineData(ManagementRoutes.Overview, 405)]
    public async Task Head_ThatIsNotTaken_HasNoBody(string path, int status)
    {
        using var response = await bed.Stranger.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal((status, null, "0"), ((int)response.StatusCode, response.Content.Headers.ContentType, $"{response.Content.Headers.ContentLength ?? 0}"));
    }

    [Fact]
    public async Task PublicPort_HasNoManagement()
    {
        using var client = new HttpClient { BaseAddress = bed.Server.Address };
        client.DefaultRequestHeaders.Add("Authorization", $"Bearer {ManagementBed.KeyOf("admin")}");
        Assert.Equal(404, (int)(await client.GetAsync(ManagementRoutes.Me)).StatusCode);
        Assert.Equal(404, (int)(await client.GetAsync(ManagementRoutes.OpenApi)).StatusCode);
    }
}
