using System.Diagnostics;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>F07: more clients come than the process may have file descriptors; those who are there do not notice, newcomers are refused and come in when others have gone.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_file_descriptors_run_out(ITestOutputHelper output)
{
    private const int Descriptors = 1_024;
    private const string Told = "firing FileDescriptorsHigh warning";

    [Fact]
    public async Task Newcomers_are_refused_and_who_is_there_goes_on()
    {
        await using var node = await WatchedNode.StartAsync(new ServerSettings { Workers = 1, Wrapper = ["prlimit", $"--nofile={Descriptors}"] }
            .With("Alerts:Rules:FileDescriptorsHigh:For", "00:00:01")
            .With("Alerts:Rules:FileDescriptorsHigh:KeepFiringFor", "00:00:01"));
        await using var ann = await StockClient.ConnectedAsync(node.Server.Url, "ann");
        await using var ben = await StockClient.ConnectedAsync(node.Server.Url, "ben", "phone");
        var conversation = (await ann.CreateDirectAsync("ben")).Id;

        var start = Stopwatch.GetTimestamp();
        var crowd = Enumerable.Range(0, Descriptors).Select(n => new StockClient(node.Server.Url, $"user{n}")).ToList();
        var refusals = new List<Exception>();
        foreach (var client in crowd)
        {
            try
            {
                await client.ConnectAsync().WaitAsync(TimeSpan.FromSeconds(20));
            }
            catch (Exception e) when (e is not TimeoutException)
            {
                refusals.Add(e);
            }
        }

        output.WriteLine($"{Descriptors - refusals.Count} came in, {refusals.Count} were refused: {string.Join("; ", refusals.Select(e => e.Message).Distinct())}");
        Assert.InRange(refusals.Count, 20, Descriptors - 300);
        for (var n = 1; n <= 20; n++)
        {
            Assert.Null((await ann.SendAsync(conversation, new { n })).Error);
        }

        await ben.Inbox.WaitForCountAsync(20);
        Assert.Equal(200, (await node.HealthAsync()).Code);
        var after = await node.ToldAsync(Told, start, Deadline.Of(30));
        output.WriteLine($"told after {after.TotalSeconds:0.0} s");

        await Task.WhenAll(crowd.Select(client => client.DisposeAsync().AsTask()));
        await Eventually.TrueAsync(() => StockClient.CanConnectAsync(node.Server.Url, "newcomer"), "a newcomer comes in", Deadline.Of(10));
        await node.ToldAsync("resolved FileDescriptorsHigh warning", start, Deadline.Of(40));
        Assert.Equal([Told, "resolved FileDescriptorsHigh warning"], node.ToldOf("FileDescriptorsHigh"));
        Assert.InRange(node.Server.Output.Lines.Count(line => line.Contains("WRN", StringComparison.Ordinal) || line.Contains("ERR", StringComparison.Ordinal)), 0, 20);
        Assert.Equal((ann.IsConnected, ben.IsConnected), (true, true));
    }
}
