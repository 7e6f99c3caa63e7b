using System.Text.Json;
using Chat.Admin.Access;
using Chat.Admin.Live;
using Chat.Admin.ServerApi;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Tests.Admin;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>A console in this process, before a node whose answers are made up: what is measured is the console's own.</summary>
internal sealed class LoneConsole : IAsyncDisposable
{
    private const string User = "ada";

    private readonly WebApplication _app;

    private LoneConsole(WebApplication app, Uri address) => (_app, Address) = (app, address);

    public Uri Address { get; }

    public Sampler Sampler => _app.Services.GetRequiredService<Sampler>();

    /// <summary>With one admin, and a node that has told its picture once.</summary>
    public static async Task<LoneConsole> StartAsync(FakeServerApi api, Overview overview)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var app = Chat.Admin.Program.Build(
            [$"--urls={address}", $"--Admin:Folder={TestRun.NewFolder("console")}", "--environment=Development"],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton<IServerApi>(api);
            });
        Assert.Null(app.Services.GetRequiredService<UserBook>().Add(User, ConsoleFixture.Password, Role.Admin));
        app.Services.GetRequiredService<Sampler>().Take("node-1", new(LiveEvents.Snapshot, JsonSerializer.Serialize(overview, ChatJson.Options)));
        await app.StartAsync();
        return new LoneConsole(app, address);
    }

    /// <summary>A page of the admin's, in a context of its own.</summary>
    public async Task<IPage> SignInAsync(IBrowser browser, string? script = null)
    {
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 860 } });
        context.SetDefaultTimeout(60_000);
        if (script is not null)
        {
            await context.AddInitScriptAsync(script);
        }

        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(Address, "admin/login").ToString());
        await page.FillAsync("input[name=name]", User);
        await page.FillAsync("input[name=password]", ConsoleFixture.Password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForSelectorAsync("html[data-live]");
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
