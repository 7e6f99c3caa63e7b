using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Realtime.Spool;
using Chat.Server.Storage;
using Chat.Server.Storage.Model;
using Chat.Server.Telemetry.Metrics;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Realtime;

/// <summary>A server whose storage can be switched off, with alice and bob in a realtime conversation, both connected.</summary>
internal sealed class RealtimeBed : IAsyncDisposable
{
    private RealtimeBed(InProcessServer server) => Server = server;

    public InProcessServer Server { get; }

    public WireClient Alice { get; private set; } = null!;

    public WireClient Bob { get; private set; } = null!;

    public string Conversation { get; private set; } = "";

    public SwitchedStorage Storage => SwitchedStorage.Of(Server.Services);

    public OwnSpool Spool => Server.Services.GetRequiredService<OwnSpool>();

    private StorageBreaker Breaker => Server.Services.GetRequiredService<StorageBreaker>();

    public static async Task<RealtimeBed> StartAsync(params string[] settings)
    {
        var bed = new RealtimeBed(await StartServerAsync(settings));
        bed.Alice = await bed.Server.ConnectAsync("alice");
        bed.Bob = await bed.Server.ConnectAsync("bob");
        var created = await bed.Alice.CallAsync("CreateConversation", new { kind = "group", members = new[] { "bob" }, policy = "realtime" });
        bed.Conversation = created.GetProperty("conversation").GetProperty("id").GetString()!;

        // With an event in hands both are known to follow it.
        await bed.Alice.SendAsync(bed.Conversation, "m0", "first");
        await FirstStoredAsync(bed.Alice);
        await FirstStoredAsync(bed.Bob);
        return bed;
    }

    /// <summary>The first commit of a cold server may take longer than the budget; then its provisional form comes first.</summary>
    private static async Task FirstStoredAsync(WireClient client)
    {
        var first = await client.EventAsync();
        Assert.Equal(1, first.Seq ?? (await client.EventAsync()).Seq);
    }

    public static Task<InProcessServer> StartServerAsync(params string[] settings) => InProcessServer.StartAsync(
        builder => builder.Services.AddSingleton<IDbContextFactory<ChatDb>>(s => new SwitchedStorage(s.GetRequiredService<IDbContextFactory<SqliteChatDb>>())),
        ["Storage:ProbeInterval=00:00:00.050", "Storage:AnswerWithin=00:00:30", "Storage:CommandTimeout=00:00:30", "Realtime:Budget=00:00:05", .. settings]);

    /// <summary>Storage fails, and the server knows.</summary>
    public async Task LoseStorageAsync()
    {
        Storage.Fail();
        await Eventually.TrueAsync(() => !Breaker.IsClosed, "the outage is noticed");
    }

    /// <summary>What a counter has come to, over the series with this label.</summary>
    public double Counted(string name, string label, string value) =>
        Server.Services.GetRequiredService<MetricsCollector>().Collect().Families.SingleOrDefault(f => f.Name == name)?.Series.Where(s => s.Labels.Has(label, value)).Sum(s => s.Value) ?? 0;

    public Task DrainedAsync() => Eventually.TrueAsync(() => Spool.IsClear, "nothing waits in the spool");

    public async Task<IReadOnlyList<string>> LogAsync()
    {
        var history = (await Alice.CallAsync("History", new { conversation = Conversation, after = 0, limit = 200 })).Deserialize<HistoryResult>(ChatJson.Options)!;
        Assert.Equal(Enumerable.Range(1, history.Events!.Count).Select(n => (long?)n), history.Events.Select(e => e.Seq));
        return [.. history.Events.Select(e => e.Id)];
    }

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();
}
