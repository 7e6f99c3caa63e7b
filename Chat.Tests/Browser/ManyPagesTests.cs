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
        var signedIn = await first.Context.StorageStateAsync();
        var pages = new List<IPage>();
        for (var opened = 1; opened < Most; opened += 7)
        {
            pages.AddRange(await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => OpenAsync(signedIn, alone.Address, "html[data-live]"))));
        }

        // Each is looked at: hidden ones would ask nothing.
        Assert.All(await Task.WhenAll(pages.Select(p => p.EvaluateAsync<bool>("() => document.hidden"))), Assert.False);

        // Each question once a second at most, for all of them together; alone each would ask every few seconds.
        api.Gets.Clear();
        var watch = Stopwatch.StartNew();
        await PicturesAsync(alone, 8);
        var seconds = watch.Elapsed.TotalSeconds;
        Assert.NotEmpty(api.Gets);
        Assert.All(api.Gets.GroupBy(g => g.PathAndQuery), g => Assert.InRange(g.Count(), 1, (int)(seconds / 0.9) + 2));

        var late = await OpenAsync(signedIn, alone.Address, "#full:not([hidden])");
        Assert.Equal(0, await late.Locator("html[data-live]").CountAsync());
        await first.Context.CloseAsync();
        await late.WaitForSelectorAsync("html[data-live]");
        Assert.True(await late.Locator("#full").IsHiddenAsync());
        await Task.WhenAll(pages.Append(late).Select(p => p.Context.CloseAsync()));
    }

    private async Task<IPage> OpenAsync(string signedIn, Uri address, string until)
    {
        // In a window of its own; a tab would hide the one before.
        var context = await console.Browser.NewContextAsync(new() { StorageState = signedIn });
        context.SetDefaultTimeout(60_000);
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(address, "admin/workers").ToString());
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
