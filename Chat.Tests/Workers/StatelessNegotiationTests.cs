using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;

namespace Chat.Tests.Workers;

public sealed class StatelessNegotiationTests : IAsyncLifetime
{
    private SingleHost _host = null!;

    public async Task InitializeAsync() => _host = await SingleHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Negotiate_OffersWebSocketsOnlyAndAnotherIdEachTime()
    {
        using var http = _host.NewClient();
        var first = await NegotiateAsync(http);
        var second = await NegotiateAsync(http);
        Assert.Equal(0, first.GetProperty("negotiateVersion").GetInt32());
        Assert.Equal("""[{"transport":"WebSockets","transferFormats":["Text","Binary"]}]""", first.GetProperty("availableTransports").GetRawText());
        Assert.NotEqual(first.GetProperty("connectionId").GetString(), second.GetProperty("connectionId").GetString());
    }

    [Fact]
    public async Task Negotiate_WhoMayNotUseTheHub_MayNotNegotiate()
    {
        using var http = _host.NewClient();
        http.DefaultRequestHeaders.Add("X-Refused", "yes");
        using var answer = await http.PostAsync("/hub/negotiate?negotiateVersion=1", null);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Upgrade_IdOfAnotherProcess_ConnectsAndKeepsTheRestOfTheQuery()
    {
        using var socket = await _host.ConnectAsync("?id=negotiated-elsewhere&device=a%20b");
        Assert.Contains("\"result\":\"hello\"", await SingleHost.EchoAsync(socket, "hello"), StringComparison.Ordinal);
        Assert.Equal("?device=a%20b", Assert.Single(_host.Queries));
    }

    [Fact]
    public async Task Upgrade_WithState_RefusesAnIdOfAnotherProcess()
    {
        await using var stateful = await SingleHost.StartAsync(stateless: false);
        await Assert.ThrowsAsync<WebSocketException>(() => stateful.ConnectAsync("?id=negotiated-elsewhere"));
    }

    [Theory]
    [InlineData("GET", "text/event-stream")]
    [InlineData("GET", "*/*")]
    [InlineData("POST", "*/*")]
    [InlineData("DELETE", "*/*")]
    public async Task OtherTransports_AreRefusedWithAReason(string method, string accept)
    {
        using var http = _host.NewClient();
        using var request = new HttpRequestMessage(new(method), "/hub?id=1");
        request.Headers.Add("Accept", accept);
        using var answer = await http.SendAsync(request);
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal("invalid", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task OtherEndpoints_AreLeftAlone()
    {
        using var http = _host.NewClient();
        Assert.Equal("plain", await http.GetStringAsync("/plain?id=1"));
    }

    private static async Task<JsonElement> NegotiateAsync(HttpClient http)
    {
        using var answer = await http.PostAsync("/hub/negotiate?negotiateVersion=1", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
