namespace Chat.Tests.Support.Tests;

public sealed class ServerProcessTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task StartStopStartAndKill_OneProcess_KeepsItsPortAndTellsHowItEnded()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Workers = 0 });
        Assert.Empty(server.WorkerIds());
        Assert.Equal(0, await server.SigtermAsync());
        Assert.False(server.IsRunning);

        await server.StartAsync();
        await server.Kill9Async();
        Assert.Equal(137, await server.Process.Exited);
        Assert.Null(await server.StatusAsync("/ready"));

        await server.RestartAsync();
        Assert.True(server.IsRunning);
    }

    [Fact]
    public async Task WorkerIds_TwoWorkers_AreProcessesOfTheirOwnThatEndWithTheServer()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Workers = 2, Database = database.ConnectionString });
        await Eventually.EqualAsync(2, () => server.WorkerIds().Count, "workers");
        var workers = server.WorkerIds();
        Assert.DoesNotContain(server.Process.Id, workers);

        Signals.Send(workers[0], Signal.Kill);
        await Eventually.TrueAsync(() => server.WorkerIds() is { Count: 2 } now && !now.Contains(workers[0]), "the worker is replaced");
        var last = server.WorkerIds();
        await server.DisposeAsync();
        await Eventually.TrueAsync(() => !last.Any(ProcFs.IsAlive), "the workers are gone");
    }

    [Fact]
    public async Task WaitUntilReadyAsync_ServerThatEnds_FailsWithItsOutput()
    {
        await using var server = ServerProcess.Create(new ServerSettings { Wrapper = ["echo"] });
        var error = await Assert.ThrowsAsync<InvalidOperationException>(server.StartAsync);
        Assert.Contains("has ended", error.Message);
        Assert.Contains("Chat.Server.dll", error.Message);
    }

    [Fact]
    public void ToEnvironment_Settings_BecomeVariables()
    {
        var settings = new ServerSettings { Database = "Host=db", Workers = 2 }.With("Auth:Issuer", "other").With("Delivery:Window", "64");
        var environment = settings.ToEnvironment(1, 2, 3);
        Assert.Equal("Host=db", environment["ConnectionStrings__Chat"]);
        Assert.Equal("2", environment["Workers__Count"]);
        Assert.Equal("other", environment["Auth__Issuer"]);
        Assert.Equal("64", environment["Delivery__Window"]);
        Assert.Equal("http://127.0.0.1:1", environment["ASPNETCORE_URLS"]);
        Assert.Equal("http://127.0.0.1:2", environment["Management__Url"]);
        Assert.Equal("false", environment["Console__Run"]);
        Assert.DoesNotContain("ConnectionStrings__Redis", environment.Keys);
    }
}
