using System.Net.Http.Json;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Tests.Management;

public sealed class QueryTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    [Theory]
    [InlineData("page=0")]
    [InlineData("page=-1")]
    [InlineData("page=401")]
    [InlineData("page=99999999999999999999")]
    [InlineData("page=1e3")]
    [InlineData("page=%201")]
    [InlineData("size=0")]
    [InlineData("size=101")]
    [InlineData("size=NaN")]
    [InlineData("sort=body")]
    [InlineData("sort=user;DROP TABLE members")]
    [InlineData("sort=--user")]
    [InlineData("q=%00")]
    [InlineData("q=a&q=b")]
    [InlineData("slow=maybe")]
    [InlineData("transport=carrier-pigeon")]
    [InlineData("usre=alice")]
    public async Task Connections_HostileQuery_IsRefused(string query) =>
        Assert.Equal(ManagementCodes.Invalid, (await (await bed.Viewer.GetAsync($"{ManagementRoutes.Connections}?{query}")).RefusedAsync(400)).Code);

    [Theory]
    [InlineData("kind=secret")]
    [InlineData("policy=none")]
    [InlineData("sort=title")]
    [InlineData("offset=3")]
    public async Task Conversations_HostileQuery_IsRefused(string query) =>
        Assert.Equal(ManagementCodes.Invalid, (await (await bed.Viewer.GetAsync($"{ManagementRoutes.Conversations}?{query}")).RefusedAsync(400)).Code);

    [Theory]
    [InlineData("q=%27%20OR%201%3D1--")]
    [InlineData("q=%25")]
    [InlineData("q=_")]
    [InlineData("q=%E2%80%AEabc")]
    [InlineData("member=%27")]
    public async Task Conversations_OddSearch_FindsNothing(string query)
    {
        var page = await bed.Viewer.ReadAsync<Page<ConversationView>>($"{ManagementRoutes.Conversations}?{query}");
        Assert.Empty(page.Items);
        Assert.Equal(0, page.Total);
    }

    [Fact]
    public async Task Search_TooLong_IsRefused() =>
        await (await bed.Viewer.GetAsync($"{ManagementRoutes.Connections}?q={new string('a', 201)}")).RefusedAsync(400);

    [Theory]
    [InlineData("/api/manage/workers/..%2F..%2Fetc")]
    [InlineData("/api/manage/workers/w99")]
    [InlineData("/api/manage/charts/none")]
    [InlineData("/api/manage/conversations/c_none")]
    [InlineData("/api/manage/conversations/c_none/members")]
    [InlineData("/api/manage/conversations/c_none/messages")]
    [InlineData("/api/manage/users/nobody")]
    [InlineData("/api/manage/messages/none")]
    public async Task Unknown_Ids_AreNotFound(string path) =>
        Assert.Equal(ManagementCodes.NotFound, (await (await bed.Viewer.GetAsync(path)).RefusedAsync(404)).Code);

    [Theory]
    [InlineData("range=2h")]
    [InlineData("range=")]
    [InlineData("range=15m&from=0")]
    [InlineData("range=15m&previous=yes")]
    public async Task Chart_Range_IsOneOfTheNamed(string query)
    {
        using var response = await bed.Viewer.GetAsync($"{ManagementRoutes.Chart.With("accepted")}?{query}");
        Assert.Equal(query == "range=" ? 200 : 400, (int)response.StatusCode);
    }

    [Fact]
    public async Task Chart_Previous_IsOfTheTimeBefore()
    {
        var chart = ManagementRoutes.Chart.With("workers");
        var now = await bed.Viewer.GetFromJsonAsync<ChartAnswer>($"{chart}?range=15m", ChatJson.Options);
        var before = await bed.Viewer.GetFromJsonAsync<ChartAnswer>($"{chart}?range=15m&previous=true", ChatJson.Options);

        // The steps are of ten seconds there and of one here, and both begin at whole ones.
        Assert.InRange(now!.From - before!.From, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(16));
        Assert.All(before.Lines, l => Assert.All(l.Values, Assert.Null));
        Assert.Empty(before.Markers);
    }
}
