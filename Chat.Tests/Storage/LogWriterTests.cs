using Chat.Server.Storage.Writing;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class PostgresLogWriterTests(PostgresDatabase database) : LogWriterContract, IClassFixture<PostgresDatabase>
{
    protected override string ConnectionString => database.ConnectionString;

    private protected override void AssertBadId(AppendOutcome outcome) =>
        Assert.Equal(AppendRefusal.Invalid, Assert.IsType<AppendRefused>(outcome).Reason);
}

public sealed class SqliteLogWriterTests : LogWriterContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-sqlite-").FullName;

    protected override string ConnectionString => $"Data Source={Path.Combine(_folder, "chat.db")}";

    private protected override void AssertBadId(AppendOutcome outcome) => Assert.IsType<AppendStored>(outcome);
}
