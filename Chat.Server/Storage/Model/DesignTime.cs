using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Chat.Server.Storage.Model;

/// <summary>For <c>dotnet ef migrations add NAME --context PostgresChatDb</c> and <c>dotnet ef dbcontext optimize</c> after it; connects to nothing.</summary>
internal sealed class PostgresDesignTime : IDesignTimeDbContextFactory<PostgresChatDb>
{
    public PostgresChatDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresChatDb>().UseNpgsql("Host=localhost").Options);
}

/// <summary>For <c>dotnet ef migrations add NAME --context SqliteChatDb</c> and <c>dotnet ef dbcontext optimize</c> after it; connects to nothing.</summary>
internal sealed class SqliteDesignTime : IDesignTimeDbContextFactory<SqliteChatDb>
{
    public SqliteChatDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteChatDb>().UseSqlite("Data Source=:memory:").Options);
}
