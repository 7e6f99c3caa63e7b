using Chat.Contracts.Management;
using Chat.Tests.Admin;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>The console alone before a node with much to show: the rows are generated, so that what is measured is the console's own work.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class LargeTablesTests(ConsoleFixture console) : IAsyncLifetime
{
    private const int Letters = 100_000;
    private const int Connections = 10_000;
    private const double PaintedWithinMilliseconds = 1_500;
    private const long CircuitBytes = 50 * 1024 * 1024;

    // When the first picture that has rows was painted, from the beginning of the navigation; the console's policy lets a test's script pass.
    private const string RowsPainted =
        """
        const look = () => requestAnimationFrame(() => document.querySelector('table.data tr[data-row]') ? requestAnimationFrame(() => { window.rowsPainted = performance.now(); }) : look());
        look();
        """;

    private LoneConsole _alone = null!;
    private IPage _page = null!;

    public async Task InitializeAsync()
    {
        var api = new FakeServerApi();
        Samples.Fill(api);
        api.Answer(ManagementRoutes.DeadLetters, asked => Slice(asked, Letters, i => Samples.Letter() with { Id = $"d{i}", User = $"user-{i % 5000}", Seq = i, MessageId = $"message-{i}", Reason = "unacknowledged" }));
        api.Answer(ManagementRoutes.Connections, asked => Slice(asked, Connections, i => new ConnectionView { Id = $"c{i}", User = $"user-{i}", Device = "phone", Worker = $"w{i % 4}", Client = "js/1.0", Window = 64, Unacknowledged = i % 64, ConnectedAt = Samples.Now, Address = "10.0.0.x" }));
        _alone = await LoneConsole.StartAsync(api, Samples.Overview() with { Tiles = new() { Connections = Connections, DeadLetters = Letters, WorkersTotal = 4, WorkersHealthy = 4 } });
        _page = await _alone.SignInAsync(console.Browser, RowsPainted);
    }

    public async Task DisposeAsync()
    {
        await _page.Context.CloseAsync();
        await _alone.DisposeAsync();
    }

    [Fact]
    public async Task Tables_Large_ArePaintedWithTheirRowsInTimeAndTheirCircuitsAreSmall()
    {
        await MeasureAsync("admin/queue?tab=dead&size=100", "message-99999", "of100k");
        await MeasureAsync("admin/queue?tab=dead&size=100&page=700", "message-30099", "of100k");
        await MeasureAsync("admin/connections?size=100", "user-9999", "of10000");
    }

    private async Task MeasureAsync(string path, string row, string total)
    {
        // The first time compiles; of the others the quickest is the page's own work, the rest is that of the machine.
        await OpenAsync(_page, path);
        var paints = new List<double>();
        for (var time = 0; time < 3; time++)
        {
            paints.Add(await OpenAsync(_page, path));
        }

        Assert.True(paints.Min() < PaintedWithinMilliseconds, $"The rows of {path} were painted after {string.Join(", ", paints)} ms.");
        Assert.Equal(100, await _page.Locator("table.data").Last.Locator("tr[data-row]").CountAsync());
        Assert.Contains(row, await _page.InnerTextAsync("main"));
        Assert.Contains(total, (await _page.InnerTextAsync(".pager")).Replace("\u2009", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));

        const int Circuits = 3;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var circuit = 0; circuit < Circuits; circuit++)
        {
            await OpenAsync(await _page.Context.NewPageAsync(), path);
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Circuits;
        Assert.True(each < CircuitBytes, $"A circuit of {path} takes {each / 1024} KB.");
    }

    /// <summary>When the rows were painted, in milliseconds.</summary>
    private async Task<double> OpenAsync(IPage page, string path)
    {
        await page.GotoAsync(new Uri(_alone.Address, path).ToString());
        await page.WaitForSelectorAsync("html[data-live]");
        await page.WaitForFunctionAsync("() => window.rowsPainted > 0");
        return await page.EvaluateAsync<double>("() => window.rowsPainted");
    }

    // Newest first, as the node answers.
    private static Page<T> Slice<T>(string asked, int total, Func<int, T> row)
    {
        var query = QueryHelpers.ParseQuery(new Uri(new Uri("http://node"), asked).Query);
        var (number, size) = (int.Parse(query["page"]!), int.Parse(query["size"]!));
        return new() { Items = [.. Enumerable.Range((number - 1) * size, size).Where(i => i < total).Select(i => row(total - 1 - i))], Total = total, Number = number, Size = size, At = Samples.Now };
    }
}
