using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>A server under load whose storage takes nothing for a while and then does again: what must hold whatever the reason is.</summary>
internal sealed class StorageTrial(ITestOutputHelper output)
{
    private static readonly CheckerOptions Options = new() { AnswerWithin = TimeSpan.FromMinutes(2), StrictSenderOrder = false };

    /// <summary>How long the fault lasts after a first send was refused.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Looked at before storage is back.</summary>
    public Func<ServerProcess, Task> Meanwhile { get; init; } = _ => Task.CompletedTask;

    /// <summary>Looked at when all is over.</summary>
    public Func<ServerProcess, Task> Afterwards { get; init; } = _ => Task.CompletedTask;

    /// <param name="database">The server's connection string.</param>
    /// <param name="judged">Where the checker finds what is stored; null: clients' histories alone are judged.</param>
    /// <param name="fault">Begins it.</param>
    /// <param name="heal">Ends it.</param>
    public async Task RunAsync(string database, string? judged, Func<Task> fault, Func<Task> heal)
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Database = database, Workers = 0 });
        await using var crowd = await Crowd.GatherAsync(server.Url, new CrowdSize());
        await using var probe = await WireProbe.StartAsync(server.Url);

        await crowd.TalkThroughAsync(async () =>
        {
            crowd.History.Fault("storage takes nothing");
            await fault();
            await probe.Answers.WaitForAsync(a => !a.Receipt.Ok, Eventually.Patience);
            await Task.Delay(Length); // The length of the fault, not a wait for something.
            await Meanwhile(server);
            await heal();
            crowd.History.Fault("storage is back");
            var healed = probe.Answers.Count;
            // It resumes by itself: no restart, no reconnect.
            await Eventually.TrueAsync(() => probe.Answers.Items.Skip((int)healed).Any(a => a.Receipt.Ok), "a send is stored again");
        });
        await probe.StopAsync();

        var result = await crowd.JudgeAsync(output, judged, Options);
        result.ThrowIfBroken();
        Assert.Equal(0, result.Counts.Refused);
        JudgeProbe(probe);
        await Afterwards(server);
    }

    private void JudgeProbe(WireProbe probe)
    {
        var answers = probe.Answers.Items;
        var degraded = probe.Notices.Count(n => n is { Kind: NoticeKinds.Degraded, Dependency: "storage" });
        output.WriteLine($"{answers.Count} answers, {answers.Count(a => !a.Receipt.Ok)} refusals, the slowest took {answers.Max(a => a.Took).TotalSeconds:F1} s; {degraded} times degraded.");
        Assert.True(probe.NeverDropped);
        Assert.All(answers, a => Assert.InRange(a.Took, TimeSpan.Zero, TimeSpan.FromSeconds(5)));
        var refused = answers.Where(a => !a.Receipt.Ok).Select(a => a.Receipt.Error!).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, e => Assert.Equal((ErrorCodes.StorageUnavailable, true, 30.0), (e.Code, e.Retryable, e.RetryAfter)));
        Assert.Contains(probe.Notices, n => n is { Kind: NoticeKinds.Restored, Dependency: "storage" });
        // Everybody is told each time: storage that answers questions and takes nothing must not make them a stream.
        Assert.InRange(degraded, 1, 2 + (Length.TotalSeconds / 2));
    }
}
