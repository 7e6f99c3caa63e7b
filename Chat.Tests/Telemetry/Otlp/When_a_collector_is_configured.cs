using System.Net;
using System.Net.Sockets;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;

namespace Chat.Tests.Telemetry.Otlp;

/// <summary>A whole server, workers and all, tells an OpenTelemetry collector what it does; and is none the worse for one that is not there.</summary>
public sealed class When_a_collector_is_configured
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task It_gets_the_metrics_of_every_process_and_a_message_as_one_trace(string protocol)
    {
        await using var collector = await OtlpCollector.StartAsync(grpc: protocol == "grpc");
        await using var server = await ServerProcess.StartNewAsync(Exporting(collector.Url, protocol));
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        await using var bob = await StockClient.ConnectedAsync(server.Url, "bob");
        var conversation = await alice.BeginDirectAsync("bob");

        var receipt = await alice.SendUntilTakenAsync(conversation, "hello");
        await bob.WaitForAsync(receipt.Id!);

        var accepted = await collector.Points.WaitForAsync(
            p => p.Name == "chat.message.accepted" && p.Labels.GetValueOrDefault("chat.message.type") == "message", Patience);
        Assert.Equal(("{message}", 1), (accepted.Unit, accepted.Value));
        Assert.Equal("chat-under-test", accepted.Service);
        Assert.EndsWith("-w1", accepted.Instance, StringComparison.Ordinal);
        var size = await collector.Points.WaitForAsync(p => p.Name == "chat.message.size" && p.Labels.GetValueOrDefault("direction") == "in", Patience);
        Assert.Equal(("By", "\"hello\"".Length), (size.Unit, (int)size.Value));
        Assert.DoesNotContain("-w", (await collector.Points.WaitForAsync(p => p.Name == "chat.worker.count", Patience)).Instance, StringComparison.Ordinal);
        await collector.Points.WaitForAsync(p => p.Name == "dotnet.gc.collections" && p.Instance == accepted.Instance, Patience);

        var deliver = await collector.Spans.WaitForAsync(s => s.Name == "deliver" && IsOfMessage(s), Patience);
        var commit = await collector.Spans.WaitForAsync(s => s.Name == "commit" && IsOfMessage(s), Patience);
        var hub = await collector.Spans.WaitForAsync(s => s.Scope == "Microsoft.AspNetCore.SignalR.Server" && IsOfMessage(s), Patience);
        Assert.EndsWith("/Send", hub.Name, StringComparison.Ordinal);
        Assert.Equal((hub.TraceId, hub.SpanId), (commit.TraceId, commit.ParentId));
        Assert.Equal((hub.TraceId, hub.SpanId), (deliver.TraceId, deliver.ParentId));

        bool IsOfMessage(ExportedSpan span) => span.Tags.GetValueOrDefault("chat.message.id") == receipt.Id;
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task That_takes_connections_and_never_answers_nobody_waits_for_it(string protocol)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var server = await ServerProcess.StartNewAsync(Exporting(new Uri($"http://{silent.LocalEndpoint}"), protocol));

        await ServesAndEndsAsync(server, () => silent.AcceptSocketAsync().WaitAsync(Patience));
    }

    [Fact]
    public async Task That_is_not_there_nobody_waits_for_it()
    {
        await using var server = await ServerProcess.StartNewAsync(Exporting(new Uri($"http://127.0.0.1:{FreePort.Next()}"), "grpc"));

        await ServesAndEndsAsync(server, () => Task.CompletedTask);
    }

    private static async Task ServesAndEndsAsync(ServerProcess server, Func<Task> tried)
    {
        await using (var alice = await StockClient.ConnectedAsync(server.Url, "alice"))
        {
            var conversation = await alice.BeginDirectAsync("bob");
            Assert.True((await alice.SendUntilTakenAsync(conversation, "before")).Ok);
            await tried();
            Assert.True((await alice.SendUntilTakenAsync(conversation, "meanwhile")).Ok);
            Assert.Equal(HttpStatusCode.OK, await server.StatusAsync("/ready"));
        }

        // With nobody connected all of the time is for what a worker does at its end. One that takes longer is killed.
        Assert.Equal(0, await server.SigtermAsync());
        Assert.Contains("w1 is Stopped: as asked", server.Output.ToString(), StringComparison.Ordinal);
    }

    private static ServerSettings Exporting(Uri collector, string protocol) => new()
    {
        Workers = 1,
        Options = new Dictionary<string, string?>
        {
            ["Telemetry:Otlp:Endpoint"] = collector.ToString(),
            ["Telemetry:Otlp:Protocol"] = protocol,
            ["Telemetry:Otlp:ExportEvery"] = "00:00:01",
            ["Telemetry:Otlp:TraceRatio"] = "1",
            ["Telemetry:Otlp:ServiceName"] = "chat-under-test",
            ["Workers:DrainGrace"] = "00:00:04", // The exporter's own limits add up to more, and a busy machine needs less.
        },
    };
}
