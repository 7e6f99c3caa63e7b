using System.Diagnostics;
using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Writing;
using Chat.Tests.Support;
using Chat.Tests.Support.Proxy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>The writer against a real PostgreSQL that misbehaves.</summary>
public sealed class LogWriterFaultTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    private static Append[] Some(string conversation, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Appends.Message(conversation, "alice", Guid.CreateVersion7().ToString()))];

    private static Task<AppendOutcome[]> SubmitAsync(StorageHost storage, IEnumerable<Append> appends) =>
        Task.WhenAll(appends.Select(storage.Writer.Submit));

    private string Through(TcpProxy proxy) => database.Server.ConnectionString(database.Name, proxy.Port);

    private static async Task AssertLogAsync(StorageHost storage, string conversation, IEnumerable<Append> expected)
    {
        var log = await storage.Log.ReadAsync(conversation, 0, long.MaxValue, 10_000, default);
        Assert.Equal(Enumerable.Range(1, log.Count).Select(n => (long)n), log.Select(e => e.Seq));
        Assert.Equal(expected.Select(a => a.Id).Order(), log.Select(e => e.Id).Order());
    }

    [Theory]
    [InlineData(RequestFault.LoseReply)]
    [InlineData(RequestFault.LoseRequest)]
    public async Task Submit_WhenTheConnectionBreaksAtTheCommit_IsResolvedByIdAndStoredOnce(RequestFault fault)
    {
        await using var proxy = TcpProxy.Start(database.Server.Port);
        await using var storage = await StorageHost.StartAsync(Through(proxy));
        var conversation = "c_commit_" + fault;
        await storage.GroupAsync(conversation, "alice");
        await SubmitAsync(storage, Some(conversation, 1));
        // Rows, heads, journal and commit are one request; this is of the journal.
        var trigger = proxy.On(new ByteSequence($"\"{conversation}\":"), fault, ByteSequence.PostgresReady);

        var sent = Some(conversation, 20);
        var outcomes = await SubmitAsync(storage, sent);

        Assert.Equal(1, trigger.Strikes);
        Assert.All(outcomes, o => Assert.False(Assert.IsType<AppendStored>(o).Duplicate));
        Assert.Equal(21, (await storage.Log.BoundsAsync([conversation], default))[conversation].Head);
        // Followers pass over what their own process committed: they are told where it may not know.
        Assert.All(storage.Doubted, e => Assert.Equal(conversation, e.Conversation));
        Assert.NotEmpty(storage.Doubted);
        // Those of the lost reply were told to observers too, beside the answers: once, in order.
        await Eventually.EqualAsync(21, () => storage.Committed.Count(e => e.Conversation == conversation), "the number of events told");
        Assert.Equal(Enumerable.Range(1, 21).Select(n => (long)n), storage.Committed.Where(e => e.Conversation == conversation).Select(e => e.Seq));
    }

    /// <summary>Stopped by the kernel, say, after it has locked and before it commits: its connection stands, and so would its locks.</summary>
    [Fact]
    public async Task Submit_WhenAnotherProcessHangsAmidItsTransaction_IsHeldUpForSecondsOnly()
    {
        await using var hung = await StorageHost.StartAsync(database.ConnectionString);
        await using var storage = await StorageHost.StartAsync(database.ConnectionString);
        await storage.GroupAsync("c_hung", "alice");
        await using var db = await hung.Services.GetRequiredService<WriterContexts>().CreateAsync(default);
        await using var transaction = await db.Database.BeginTransactionAsync();
        await hung.Services.GetRequiredService<IStorageDialect>().LockAsync(db, ["c_hung"], [], default);
        var since = Stopwatch.GetTimestamp();

        var sent = Some("c_hung", 1);
        await Eventually.GetAsync(
            async () => (await SubmitAsync(storage, [Appends.Message("c_hung", "alice", sent[0].Id)]))[0],
            outcome => outcome is AppendStored,
            "it is stored",
            TimeSpan.FromSeconds(20));

        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20));
        await AssertLogAsync(storage, "c_hung", sent);
    }

    [Fact]
    public async Task Submit_WhenSerializationFailsOften_SucceedsByRetrying()
    {
        await using var storage = await StorageHost.StartAsync(database.ConnectionString);
        await storage.GroupAsync("c_chaos", "alice");
        await database.Server.ExecuteAsync(
            """
            CREATE FUNCTION chaos() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN IF random() < 0.2 THEN RAISE EXCEPTION 'chaos' USING ERRCODE = '40001'; END IF; RETURN NULL; END $$;
            CREATE TRIGGER chaos BEFORE INSERT ON commits FOR EACH STATEMENT EXECUTE FUNCTION chaos();
            """,
            database.Name);
        try
        {
            var sent = new List<Append>();
            for (var i = 0; i < 30; i++)
            {
                var batch = Some("c_chaos", 10);
                sent.AddRange(batch);
                await SubmitAsync(storage, batch);
            }

            var stored = sent.Where(a => a.Outcome.Result is AppendStored).ToList();
            Assert.True(stored.Count >= 290, $"{stored.Count} of 300 stored");
            await AssertLogAsync(storage, "c_chaos", stored);
        }
        finally
        {
            await database.Server.ExecuteAsync("DROP TRIGGER chaos ON commits; DROP FUNCTION chaos", database.Name);
        }
    }

    [Fact]
    public async Task Submit_WhenTheDatabaseHangs_AnswersInTimeRefusesMeanwhileAndResumesByItself()
    {
        await using var proxy = TcpProxy.Start(database.Server.Port);
        await using var storage = await StorageHost.StartAsync(Through(proxy));
        await storage.GroupAsync("c_hang", "alice");
        await SubmitAsync(storage, Some("c_hang", 1));
        proxy.ToServer.Stop();

        var watch = Stopwatch.StartNew();
        var outcomes = await SubmitAsync(storage, Some("c_hang", 50)).WaitAsync(TimeSpan.FromSeconds(30));

        // A deadline of the product, not a measure of speed: callers are told within five seconds.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, AnswerLimit);
        Assert.All(outcomes, o => Assert.Equal(AppendRefusal.StorageUnavailable, Assert.IsType<AppendRefused>(o).Reason));
        Assert.All(outcomes, o => Assert.Equal(TimeSpan.FromSeconds(30), ((AppendRefused)o).RetryAfter));
        Assert.False(storage.Breaker.IsClosed);
        var refused = storage.Writer.Submit(Some("c_hang", 1)[0]);
        Assert.True(refused.IsCompleted);

        proxy.Heal();
        proxy.ResetAll();
        await storage.Breaker.WaitUntilClosedAsync(default).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.IsType<AppendStored>(await storage.Writer.Submit(Some("c_hang", 1)[0]));
    }

    [Fact]
    public async Task Submit_WhenTheDatabaseIsGone_OpensTheBreakerAndResumesByItself()
    {
        await using var proxy = TcpProxy.Start(database.Server.Port);
        await using var storage = await StorageHost.StartAsync(Through(proxy));
        await storage.GroupAsync("c_gone", "alice");
        proxy.Down();

        var outcomes = await SubmitAsync(storage, Some("c_gone", 5)).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.All(outcomes, o => Assert.Equal(AppendRefusal.StorageUnavailable, Assert.IsType<AppendRefused>(o).Reason));
        proxy.Up();
        await storage.Breaker.WaitUntilClosedAsync(default).WaitAsync(TimeSpan.FromSeconds(30));
        var sent = Some("c_gone", 5);
        await SubmitAsync(storage, sent);
        await AssertLogAsync(storage, "c_gone", sent);
    }

    [Fact]
    public async Task Start_WithoutADatabase_StartsAndServesWhenItComes()
    {
        await using var proxy = TcpProxy.Start(database.Server.Port);
        proxy.Down();
        await using var storage = await StorageHost.StartAsync(Through(proxy));

        Assert.False(storage.Breaker.IsClosed);
        proxy.Up();

        await storage.Breaker.WaitUntilClosedAsync(default).WaitAsync(TimeSpan.FromSeconds(30));
        await storage.GroupAsync("c_late", "alice");
        Assert.IsType<AppendStored>(await storage.Writer.Submit(Some("c_late", 1)[0]));
    }

    [Fact]
    public async Task Start_ByFourAtOnceOnAnEmptyServer_MigratesOnce()
    {
        var connection = database.Server.ConnectionString("fresh_" + Guid.NewGuid().ToString("n"));

        var started = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => StorageHost.StartAsync(connection))));

        Assert.All(started, s => Assert.True(s.Breaker.IsClosed));
        await started[0].GroupAsync("c_new", "alice");
        Assert.IsType<AppendStored>(await started[3].Writer.Submit(Some("c_new", 1)[0]));
        foreach (var storage in started)
        {
            await storage.DisposeAsync();
        }
    }

    [Fact]
    public async Task Submit_OverTheBound_IsOverloadedWithATime()
    {
        await using var proxy = TcpProxy.Start(database.Server.Port);
        await using var storage = await StorageHost.StartAsync(Through(proxy), ("Storage:QueueCapacity", "16"), ("Storage:BatchSize", "4"));
        await storage.GroupAsync("c_full", "alice");
        proxy.ToServer.Stop();

        var answers = Some("c_full", 40).Select(storage.Writer.Submit).ToList();

        var refused = answers.Where(a => a.IsCompleted).Select(a => Assert.IsType<AppendRefused>(a.Result)).ToList();
        Assert.InRange(refused.Count, 20, 24);
        Assert.All(refused, r => Assert.Equal((AppendRefusal.Overloaded, true), (r.Reason, r.RetryAfter > TimeSpan.Zero)));
        proxy.Heal();
        Assert.All(await Task.WhenAll(answers.Where(a => !a.IsCompleted)), o => Assert.IsType<AppendStored>(o));
    }

    [Fact]
    public async Task Stop_WritesWhatWasTaken()
    {
        var storage = await StorageHost.StartAsync(database.ConnectionString);
        await storage.GroupAsync("c_stop", "alice");
        var writer = storage.Writer;
        var answers = Some("c_stop", 500).Select(writer.Submit).ToList();

        await storage.DisposeAsync();

        Assert.All(await Task.WhenAll(answers), o => Assert.IsType<AppendStored>(o));
        Assert.Equal(AppendRefusal.Draining, Assert.IsType<AppendRefused>(await writer.Submit(Some("c_stop", 1)[0])).Reason);
    }
}
