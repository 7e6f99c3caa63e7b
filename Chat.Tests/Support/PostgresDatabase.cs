namespace Chat.Tests.Support;

/// <summary>
/// A fresh, empty database on the run's shared server: <c>class FooTests(PostgresDatabase db) : IClassFixture&lt;PostgresDatabase&gt;</c>.
/// </summary>
public sealed class PostgresDatabase : IAsyncLifetime
{
    public string Name { get; private set; } = "";

    public string ConnectionString => Server.ConnectionString(Name);

    internal PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await PostgresServer.SharedAsync();
        Name = await Server.CreateDatabaseAsync("test");
    }

    /// <summary>Dropped by force: a test that forgot a connection must not hold the disk space of the run.</summary>
    public async Task DisposeAsync() => await Server.ExecuteAsync($"DROP DATABASE \"{Name}\" WITH (FORCE)");
}
