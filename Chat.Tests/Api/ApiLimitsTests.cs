using System.Net;
using System.Net.Http.Json;
using Chat.Contracts;
using Chat.Server.Api;
using Chat.Server.Storage.Model;
using Chat.Tests.Hubs;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Api;

/// <summary>What a service is told when it has to wait.</summary>
public sealed class ApiLimitsTests
{
    private const string Key = "key-of-the-shop-0123456789-abcdefghij";

    [Fact]
    public async Task TooManyCalls_AreAnsweredWith429AndWhenToComeBack()
    {
        await using var server = await StartAsync("Limits:ServiceSendsPerSecond=0.01", "Limits:ServiceSendBurst=2", "Limits:ServiceCallsPerSecond=0.01", "Limits:ServiceCallBurst=1");
        Assert.Equal(HttpStatusCode.OK, (await PublishAsync(server, "1")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PublishAsync(server, "2")).StatusCode);
        await AssertWaitAsync(await PublishAsync(server, "3"), HttpStatusCode.TooManyRequests, ErrorCodes.RateLimited);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.PostAsJsonAsync("/api/history", new { conversation = "topic:talk" })).StatusCode);
        await AssertWaitAsync(await server.Http.PostAsJsonAsync("/api/history", new { conversation = "topic:talk" }), HttpStatusCode.TooManyRequests, ErrorCodes.RateLimited);
        await AssertWaitAsync(
            await server.Http.PostAsJsonAsync("/api/broadcast", new { id = "b", topics = new[] { "x", "y" }, type = "t", body = 1 }),
            HttpStatusCode.TooManyRequests,
            ErrorCodes.RateLimited);
    }

    [Fact]
    public async Task WhileStorageIsAway_CallsAreAnsweredWith503AndWhenToComeBack()
    {
        FailingContexts? contexts = null;
        await using var server = await StartAsync(
            builder => builder.Services.AddSingleton<IDbContextFactory<ChatDb>>(s => contexts = new FailingContexts(s.GetRequiredService<IDbContextFactory<SqliteChatDb>>())),
            "Storage:ProbeInterval=00:00:00.050");
        Assert.Equal(HttpStatusCode.OK, (await PublishAsync(server, "1")).StatusCode);
        contexts!.Failing = true;

        await AssertWaitAsync(
            await server.Http.PostAsJsonAsync("/api/history", new { conversation = "topic:talk" }), HttpStatusCode.ServiceUnavailable, ErrorCodes.StorageUnavailable);
        await AssertWaitAsync(await PublishAsync(server, "2"), HttpStatusCode.ServiceUnavailable, ErrorCodes.StorageUnavailable);
        contexts.Failing = false;
        await Eventually.GetAsync(() => PublishAsync(server, "2"), r => r.StatusCode == HttpStatusCode.OK, "the same id is accepted when storage is back");
    }

    [Theory]
    [InlineData(ErrorCodes.Invalid, 400)]
    [InlineData(ErrorCodes.Unauthenticated, 401)]
    [InlineData(ErrorCodes.Forbidden, 403)]
    [InlineData(ErrorCodes.NotFound, 404)]
    [InlineData(ErrorCodes.IdConflict, 409)]
    [InlineData(ErrorCodes.LimitReached, 409)]
    [InlineData(ErrorCodes.TooLarge, 413)]
    [InlineData(ErrorCodes.RateLimited, 429)]
    [InlineData(ErrorCodes.Internal, 500)]
    [InlineData(ErrorCodes.Overloaded, 503)]
    [InlineData(ErrorCodes.StorageUnavailable, 503)]
    [InlineData(ErrorCodes.Draining, 503)]
    public void Status_OfACode(string code, int status) => Assert.Equal(status, ApiStatus.Of(new ChatError(code, "", false)));

    private static Task<InProcessServer> StartAsync(params string[] settings) => StartAsync(null, settings);

    private static async Task<InProcessServer> StartAsync(Action<WebApplicationBuilder>? configure, params string[] settings)
    {
        var server = await InProcessServer.StartAsync(configure, ["Api:Keys:0:Name=shop", $"Api:Keys:0:Key={Key}", "Api:Keys:0:Roles=publish history", .. settings]);
        server.Http.DefaultRequestHeaders.Add("X-Api-Key", Key);
        return server;
    }

    private static Task<HttpResponseMessage> PublishAsync(InProcessServer server, string id) =>
        server.Http.PostAsJsonAsync("/api/publish", new { id, topic = "talk", type = "t", body = 1 });

    private static async Task AssertWaitAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var error = (await response.Content.ReadFromJsonAsync<Result>(ChatJson.Options))!.Error!;
        Assert.Equal((status, code, true), (response.StatusCode, error.Code, error.Retryable));
        Assert.Equal(Math.Ceiling(error.RetryAfter!.Value), response.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
    }
}
