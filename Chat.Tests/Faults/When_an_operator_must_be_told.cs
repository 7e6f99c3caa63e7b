using System.Text.Json;
using Chat.Tests.Alerts.Channels;
using Chat.Tests.Support;

namespace Chat.Tests.Faults;

/// <summary>The alerts that are promised, from the real fault to the receiver of the webhook.</summary>
public sealed class When_an_operator_must_be_told
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task All_workers_killed_is_told_and_so_is_each_crash()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await ServerProcess.StartNewAsync(Telling(receiver, new ServerSettings { Workers = 1 }));
        Signals.Send(Assert.Single(server.WorkerIds()), Signal.Kill);

        await Eventually.TrueAsync(() => Told(receiver).Contains("firing AllWorkersCrashed critical"), "the loss of all workers is told", Patience);
        await server.WaitUntilReadyAsync();
        await Eventually.TrueAsync(() => Told(receiver).Contains("resolved AllWorkersCrashed critical"), "its end is told", Patience);

        // The single crash was no news while all were gone; it is once they are back.
        await Eventually.TrueAsync(() => Told(receiver).Contains("firing WorkerCrash warning"), "the crash is told", Patience);
        Assert.DoesNotContain(Told(receiver), t => t.Contains("DatabaseUnavailable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_database_stopped_is_told_and_so_is_its_return()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var postgres = await PostgresServer.StartNewAsync();
        var database = postgres.ConnectionString(await postgres.CreateDatabaseAsync());
        await using var server = await ServerProcess.StartNewAsync(Telling(receiver, new ServerSettings { Workers = 2, Database = database }));
        Assert.Empty(Told(receiver));

        await postgres.StopAsync();

        await Eventually.TrueAsync(() => Told(receiver).Contains("firing DatabaseUnavailable critical"), "the loss is told", Patience);
        using var health = await server.Management.GetAsync("/health");
        Assert.Equal(503, (int)health.StatusCode);
        Assert.Contains("\"database\":{\"connected\":false,\"responseTime\":null}", await health.Content.ReadAsStringAsync());

        await postgres.StartAsync();

        await Eventually.TrueAsync(() => Told(receiver).Contains("resolved DatabaseUnavailable critical"), "its return is told", Patience);
        Assert.Single(Told(receiver), t => t == "firing DatabaseUnavailable critical");
    }

    private static ServerSettings Telling(WebhookReceiver receiver, ServerSettings settings) => settings
        .With("Alerts:Webhooks:0:Name", "pager")
        .With("Alerts:Webhooks:0:Url", receiver.Url)
        .With("Alerts:GroupInterval", "00:00:01")
        .With("Alerts:WarningGroupWait", "00:00:01")
        .With("Alerts:Rules:DatabaseUnavailable:KeepFiringFor", "00:00:01")
        .With("Alerts:Rules:AllWorkersCrashed:KeepFiringFor", "00:00:01");

    private static string[] Told(WebhookReceiver receiver) => [.. receiver.Calls.Select(call =>
    {
        var body = JsonDocument.Parse(call.Body).RootElement;
        var labels = body.GetProperty("groupLabels");
        return $"{body.GetProperty("status").GetString()} {labels.GetProperty("alertname").GetString()} {labels.GetProperty("severity").GetString()}";
    })];
}
