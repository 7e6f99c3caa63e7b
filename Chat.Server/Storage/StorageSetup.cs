using Chat.Server.Health;
using Chat.Server.Storage.Blocks;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.DeadLetters;
using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Nodes;
using Chat.Server.Storage.Reading;
using Chat.Server.Storage.Retention;
using Chat.Server.Storage.Signals;
using Chat.Server.Storage.Topics;
using Chat.Server.Storage.Writing;
using Chat.Server.Workers.Ports;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Chat.Server.Storage;

internal static class StorageSetup
{
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsWithValidateOnStart<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateDataAnnotations();
        var options = configuration.GetSection(StorageOptions.Section).Get<StorageOptions>() ?? new StorageOptions();
        var database = Database.Parse(configuration.GetConnectionString("Chat"), options);
        services.AddSingleton(database);
        if (database.Kind == DatabaseKind.Postgres)
        {
            services.AddPooledDbContextFactory<PostgresChatDb>((s, db) => Quiet(db.UseNpgsql(database.ConnectionString)).Timed(s).Suffer(s));
            services.AddSingleton<IDbContextFactory<ChatDb>, ChatDbFactory<PostgresChatDb>>();
            services.AddSingleton<IStorageDialect, PostgresDialect>();
            services.AddSingleton<ICommitSignal, PostgresCommitSignal>();
            services.AddSingleton(s => new WriterContexts(PostgresWriter(database, s)));
        }
        else
        {
            services.AddPooledDbContextFactory<SqliteChatDb>((s, db) => Quiet(db.UseSqlite(database.ConnectionString)).AddInterceptors(new SqlitePragmas()).Suffer(s));
            services.AddSingleton<IDbContextFactory<ChatDb>, ChatDbFactory<SqliteChatDb>>();
            services.AddSingleton<IStorageDialect, SqliteDialect>();
            services.AddSingleton<ICommitSignal, NoCommitSignal>();
            services.AddSingleton(s => new WriterContexts(s.GetRequiredService<IDbContextFactory<ChatDb>>()));
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ConnectionWait>();
        services.AddSingleton<PretendedOutage>();
        services.AddSingleton<SchemaMigrator>();
        services.AddHostedService<StorageStartup>();
        services.AddHostedService<StorageUpkeep>();
        services.AddSingleton<StorageBreaker>();
        services.AddHostedService(s => s.GetRequiredService<StorageBreaker>());
        services.AddSingleton<IHealthProbe, DatabaseProbe>();
        services.AddHostedService<DatabaseEvidence>();
        services.AddSingleton<HangWatch>();
        services.AddHostedService(s => s.GetRequiredService<HangWatch>());
        services.AddSingleton<StorageGate>();
        services.AddSingleton<CursorStore>();
        services.AddSingleton<TopicStore>();
        services.AddRetention();
        services.AddSingleton<LogReader>();
        services.AddSingleton<BlockStore>();
        services.AddSingleton<NodeStore>();
        services.AddSingleton<DeadLetterStore>();
        services.AddSingleton<DeadLetterDesk>();
        services.AddSingleton<ProcessIdentity>();
        services.AddSingleton<RealtimeBook>();
        services.AddSingleton<LockBook>();
        services.AddSingleton<LockStore>();
        services.AddSingleton<ConversationFigures>();
        services.AddSingleton<WriterMeter>();
        services.AddSingleton<RememberedFacts>();
        services.AddSingleton<BatchCommitter>();
        services.AddSingleton<LogWriter>();
        services.AddSingleton<IWarmUp, WriterWarmUp>();
        services.AddHostedService(s => s.GetRequiredService<LogWriter>());
        return services;
    }

    private static ChatDbFactory<PostgresChatDb> PostgresWriter(Database database, IServiceProvider services)
    {
        var own = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = WriterContexts.PoolSize };
        own.ApplicationName += " writer";
        // With the readers' services it has their model, too, which takes long to build.
        var options = new DbContextOptionsBuilder<PostgresChatDb>().UseApplicationServiceProvider(services);
        Quiet(options.UseNpgsql(own.ConnectionString)).Timed(services).Suffer(services);
        return new(new PooledDbContextFactory<PostgresChatDb>(options.Options));
    }

    private static DbContextOptionsBuilder Timed(this DbContextOptionsBuilder db, IServiceProvider services) =>
        db.AddInterceptors(services.GetRequiredService<ConnectionWait>());

    /// <summary>An outage that is pretended, where there may be one.</summary>
    private static DbContextOptionsBuilder Suffer(this DbContextOptionsBuilder db, IServiceProvider services) =>
        services.GetRequiredService<PretendedOutage>() is { IsPossible: true } outage ? db.AddInterceptors(outage) : db;

    /// <summary>What failed is reported by whoever acts on it, once and not with every query of an outage; counting up to a bound needs no order.</summary>
    private static DbContextOptionsBuilder Quiet(DbContextOptionsBuilder db) => db.ConfigureWarnings(w => w
        .Ignore(CoreEventId.RowLimitingOperationWithoutOrderByWarning, CoreEventId.FirstWithoutOrderByAndFilterWarning)
        .Log(
            (RelationalEventId.CommandError, LogLevel.Debug),
            (RelationalEventId.ConnectionError, LogLevel.Debug),
            (RelationalEventId.TransactionError, LogLevel.Debug),
            (CoreEventId.QueryIterationFailed, LogLevel.Debug),
            (CoreEventId.SaveChangesFailed, LogLevel.Debug)));
}
