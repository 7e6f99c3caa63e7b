using System.Diagnostics;
using Chat.Tests.Admin;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>As many pages as may be open, and one more.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class ManyPagesTests(ConsoleFixture console)
{
    private const int Most = 50;

    [Fact]
    public async Task Pages_Fifty_AskTheNodeWhatOneWould_AndTheNextIsToldThatThereIsNoRoom()
    {
        var api = new FakeServerApi();
        Samples.Fill(api);
        await using var alone = await LoneConsole.StartAsync(api, Samples.Overview());
        var first = await alone.SignInAsync(console.Browser);
        for (var opened = 1; opened < Most; opened += 7)
        {
            await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => OpenAsync(first.Context, alone.Address, "html[data-live]")));
        }

        // Each question once a second at most, for all of them together; alone each would ask every few seconds.
        api.Gets.Clear();
        var watch = Stopwatch.StartNew();
        await PicturesAsync(alone, 8);
        var seconds = watch.Elapsed.TotalSeconds;
        Assert.NotEmpty(api.Gets);
        Assert.All(api.Gets.GroupBy(g => g.PathAndQuery), g => Assert.InRange(g.Count(), 1, (int)(seconds / 0.9) + 2));

        var late = await OpenAsync(first.Context, alone.Address, "#full:not([hidden])");
        Assert.Equal(0, await late.Locator("html[data-live]").CountAsync());
        await first.CloseAsync();
        await late.WaitForSelectorAsync("html[data-live]");
        Assert.True(await late.Locator("#full").IsHiddenAsync());
        await late.Context.CloseAsync();
    }

    private static async Task<IPage> OpenAsync(IBrowserContext context, Uri address, string until)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(address, "admin").ToString());
        await page.WaitForSelectorAsync(until);
        return page;
    }

    private static async Task PicturesAsync(LoneConsole alone, int count)
    {
        var told = new TaskCompletionSource();
        var left = count;
        alone.Sampler.Changed += _ =>
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                told.TrySetResult();
            }
        };
        await told.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }
}
