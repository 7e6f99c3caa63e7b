using Chat.Tests.Support;

namespace Chat.Tests.Hubs;

/// <summary>A server with rules for topics, for all tests of a class.</summary>
public abstract class TopicServer : IAsyncLifetime
{
    internal ServerProcess Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await ServerProcess.StartNewAsync(await SettingsAsync());

    public virtual async Task DisposeAsync() => await Server.DisposeAsync();

    internal static Dictionary<string, string?> Options => new()
    {
        ["Topics:MaxSubscriptions"] = "20",
        ["Topics:Rules:0:Pattern"] = "closed.*",
        ["Topics:Rules:0:Publish"] = "role:writer",
        ["Topics:Rules:0:Subscribe"] = "user:vip",
        ["Topics:Rules:1:Pattern"] = "last.*",
        ["Topics:Rules:1:Retained"] = "true",
        // A busy machine is not what these tests are about.
        ["Storage:AnswerWithin"] = "00:00:25",
        ["Storage:CommandTimeout"] = "00:00:30",
        ["Limits:SendsPerSecond"] = "0",
        ["Limits:CallsPerSecond"] = "0",
    };

    internal abstract Task<ServerSettings> SettingsAsync();
}

/// <summary>On SQLite, everything in one process.</summary>
public sealed class TopicServerOnSqlite : TopicServer
{
    internal override Task<ServerSettings> SettingsAsync() => Task.FromResult(new ServerSettings { Workers = 0, Options = Options });
}

/// <summary>On PostgreSQL, with two workers, so that publishers and subscribers are often in different processes.</summary>
public sealed class TopicServerOnPostgres : TopicServer
{
    private readonly PostgresDatabase _database = new();

    internal override async Task<ServerSettings> SettingsAsync()
    {
        await _database.InitializeAsync();
        return new ServerSettings { Workers = 2, Database = _database.ConnectionString, Options = Options };
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _database.DisposeAsync();
    }
}
