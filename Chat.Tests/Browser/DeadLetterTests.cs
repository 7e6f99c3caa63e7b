using Chat.Contracts.Management;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Microsoft.Playwright;
using Npgsql;

namespace Chat.Tests.Browser;

/// <summary>Dead letters and hidden bodies, as operators handle them; the messages are real, and what became of them was written into the database.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class DeadLetterTests(ConsoleFixture console)
{
    [Fact]
    public async Task Replay_TwoOperatorsAtOnce_IsDoneOnceAndSeenOnce()
    {
        var (user, message, _) = await BuryAsync();
        var pages = new[] { (await console.OpenAsync("ada")).Page, (await console.OpenAsync("otto")).Page };
        foreach (var page in pages)
        {
            await console.GoAsync(page, $"admin/queue?tab=dead&user={user}");
            await Letter(page, user).GetByRole(AriaRole.Button, new() { Name = "Replay…" }).ClickAsync();
            await page.Locator("dialog[open] h2:has-text('Replay 1 letter?')").WaitForAsync();
        }

        await Task.WhenAll(pages.Select(page => page.AgreeAsync()));
        await Task.WhenAll(pages.Select(page => page.ToldAsync("done, 0 failed")));
        var told = await Task.WhenAll(pages.Select(page => page.InnerTextAsync("body")));
        Assert.Single(told, t => t.Contains("1 done, 0 failed.", StringComparison.Ordinal));
        Assert.Single(told, t => t.Contains("0 done, 0 failed: somebody was faster.", StringComparison.Ordinal));
        foreach (var page in pages)
        {
            await Letter(page, user).WaitForAsync(new() { State = WaitForSelectorState.Detached });
            await page.Context.CloseAsync();
        }

        // What comes after it proves that it did not come twice.
        await using var device = await StockClient.ConnectedAsync(console.Server.Url, user, "phone");
        var replayed = await device.WaitForAsync(message);
        Assert.NotNull(replayed.Attempt);
        var later = (await device.SendAsync(replayed.Conversation, new { text = "later" })).Id!;
        await device.WaitForAsync(later);
        Assert.Single(device.Arrived.Items, e => e.Id == message);
    }

    [Fact]
    public async Task Replay_ByKeyboardAlone_IsDone()
    {
        var (user, _, _) = await BuryAsync();
        var (page, complaints) = await console.OpenAsync("otto");
        await console.GoAsync(page, "admin");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("q");
        await page.WaitForURLAsync("**/admin/queue");
        await TabToAsync(page, "a => a.textContent.includes('Dead letters') && a.closest('.tabs')");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("[aria-label='Dead letters'] tr[data-row]");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync(user);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**user={user}*");
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForFunctionAsync("user => [...document.querySelectorAll('[aria-label=\"Dead letters\"] tbody tr')].every(r => r.textContent.includes(user))", user);

        for (var row = 0; row < 50 && !await page.EvaluateAsync<bool>("user => document.activeElement.matches('tr') && document.activeElement.textContent.includes(user)", user); row++)
        {
            await page.Keyboard.PressAsync("j");
        }

        await TabToAsync(page, "b => b.textContent === 'Replay…' && b.closest('td')");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("dialog[open]");
        Assert.True(await page.EvaluateAsync<bool>("() => document.querySelector('dialog').contains(document.activeElement)"));
        await TabToAsync(page, "b => b.type === 'submit'");
        await page.Keyboard.PressAsync("Enter");
        await page.ToldAsync("1 done, 0 failed.");
        Assert.Equal("Replaying", await StateOfAsync(user));
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Body_RevealedWithAReason_IsShownOnceAndAudited()
    {
        var (_, message, conversation) = await BuryAsync();
        var path = $"admin/conversation?id={Uri.EscapeDataString(conversation)}";
        var (other, _) = await console.OpenAsync("otto");
        await console.GoAsync(other, path);
        Assert.DoesNotContain("for the eye of one", await other.InnerTextAsync("main"));
        await other.RefusesAsync(Message(other, message).GetByRole(AriaRole.Button, new() { Name = "Reveal…" }));
        await other.Context.CloseAsync();

        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, path);
        await Message(page, message).GetByRole(AriaRole.Button, new() { Name = "Reveal…" }).ClickAsync();
        await page.WaitForSelectorAsync("dialog[open]");
        Assert.True(await page.Locator("dialog[open] button[type=submit]").IsDisabledAsync());
        await page.AgreeAsync("a complaint of its sender");
        await Message(page, message).Locator("code:has-text('for the eye of one')").WaitForAsync();
        await console.GoAsync(page, path);
        Assert.DoesNotContain("for the eye of one", await page.InnerTextAsync("main"));

        await console.GoAsync(page, "admin/audit?actor=ada&action=message.reveal");
        var row = page.Locator("tr[data-row]", new() { HasText = "a complaint of its sender" });
        await row.WaitForAsync();
        Assert.DoesNotContain("for the eye of one", await row.InnerTextAsync());
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Discard_TypedAndWithAReason_IsDoneForGoodAndAudited()
    {
        var (user, message, _) = await BuryAsync();
        var path = $"admin/queue?tab=dead&user={user}";
        var (other, _) = await console.OpenAsync("otto");
        await console.GoAsync(other, path);
        await Letter(other, user).Locator("[data-select]").CheckAsync();
        await other.RefusesAsync(other.GetByRole(AriaRole.Button, new() { Name = "Discard…", Exact = true }));
        await other.Context.CloseAsync();

        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, path);
        await Letter(page, user).Locator("[data-select]").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard…", Exact = true }).ClickAsync();
        var agree = page.Locator("dialog[open] button[type=submit]");
        await page.Locator("dialog[open] h2:has-text('Discard 1 letter?')").WaitForAsync();
        Assert.Contains("There is no undo.", await page.Locator("dialog[open]").InnerTextAsync());

        // Neither the reason alone nor the number alone is enough.
        await page.Locator("dialog[open] textarea").FillAsync("its reader has left");
        Assert.True(await agree.IsDisabledAsync());
        await page.Locator("dialog[open] input[type=text]").FillAsync("2");
        Assert.True(await agree.IsDisabledAsync());
        Assert.Equal("Dead", await StateOfAsync(user));
        await page.Locator("dialog[open] input[type=text]").FillAsync("1");
        await page.AgreeAsync("its reader has left");
        await page.ToldAsync("1 done, 0 failed.");
        await Letter(page, user).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Equal("Discarded", await StateOfAsync(user));
        Assert.Empty(complaints);
        await page.Context.CloseAsync();

        // Who comes back is not sent it.
        await using var device = await StockClient.ConnectedAsync(console.Server.Url, user, "phone");
        var later = (await device.SendAsync((await device.CreateDirectAsync($"writer-of-{user}")).Id, new { text = "later" })).Id!;
        await device.WaitForAsync(later);
        Assert.DoesNotContain(device.Arrived.Items, e => e.Id == message);
        await console.AuditedAsync("ada", "letter.discard", "its reader has left");
    }

    private static ILocator Letter(IPage page, string user) => page.Locator("[aria-label='Dead letters'] tr[data-row]", new() { HasText = user });

    private static ILocator Message(IPage page, string id) => page.Locator("[aria-label='Messages'] tr[data-row]", new() { HasText = id });

    private static async Task TabToAsync(IPage page, string wanted)
    {
        for (var step = 0; step < 60; step++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>($"() => !!(({wanted})(document.activeElement))"))
            {
                return;
            }
        }

        Assert.Fail($"The Tab key does not lead to what {wanted} describes.");
    }

    /// <summary>A message that was sent and taken, and is then called dead for its reader's phone.</summary>
    private async Task<(string User, string Message, string Conversation)> BuryAsync()
    {
        var user = $"reader-{Guid.CreateVersion7():N}"[..20];
        await using var sender = await StockClient.ConnectedAsync(console.Server.Url, $"writer-of-{user}");
        var conversation = (await sender.CreateDirectAsync(user)).Id;
        await using var device = await StockClient.ConnectedAsync(console.Server.Url, user, "phone");
        var receipt = await sender.SendAsync(conversation, new { text = "for the eye of one" });
        await device.WaitForAsync(receipt.Id!);
        await using var database = NpgsqlDataSource.Create(console.ConnectionString);

        // Acknowledgements are written down a little later.
        await Eventually.EqualAsync(
            receipt.Seq,
            async () => await ScalarAsync(database, "SELECT acked_seq FROM cursors WHERE user_id = $1 AND conversation_id = $2", user, conversation) as long?,
            "the reader's position");
        await device.DisconnectAsync();
        await ScalarAsync(
            database,
            """
            INSERT INTO dead_letters (id, user_id, device_id, conversation_id, seq, event_id, event_type, sender, reason, attempts, first_at, last_at, state)
            VALUES ($3, $1, 'phone', $2, $4, $3, 'text', 'writer', 'unacknowledged', 5, $5, $5, 0)
            """,
            user, conversation, receipt.Id!, receipt.Seq!.Value, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        return (user, receipt.Id!, conversation);
    }

    private async Task<string?> StateOfAsync(string user)
    {
        await using var database = NpgsqlDataSource.Create(console.ConnectionString);
        return await ScalarAsync(database, "SELECT state FROM dead_letters WHERE user_id = $1", user) switch { short state => $"{(Chat.Server.Storage.Model.DeadLetterState)state}", _ => null };
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync();
    }
}
