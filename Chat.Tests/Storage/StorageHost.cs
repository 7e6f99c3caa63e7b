using System.Diagnostics.Metrics;
using Chat.Server.Storage;
using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Reading;
using Chat.Server.Storage.Writing;
using Chat.Server.Telemetry;
using Chat.Server.Telemetry.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Storage;

/// <summary>The storage of one process: the real services on a real database, without a server around them.</summary>
internal sealed class StorageHost : IAsyncDisposable, ICommitObserver
{
    private readonly IHost _host;
    private readonly List<LogEvent> _committed = [];
    private readonly System.Collections.Concurrent.ConcurrentQueue<LogEvent> _doubted = new();

    private StorageHost(IHost host) => _host = host;

    public LogWriter Writer => _host.Services.GetRequiredService<LogWriter>();

    public LogReader Log => _host.Services.GetRequiredService<LogReader>();

    public CursorStore Cursors => _host.Services.GetRequiredService<CursorStore>();

    public StorageBreaker Breaker => _host.Services.GetRequiredService<StorageBreaker>();

    public IServiceProvider Services => _host.Services;

    /// <summary>What was told to observers, in order.</summary>
    public List<LogEvent> Committed
    {
        get
        {
            lock (_committed)
            {
                return [.. _committed];
            }
        }
    }

    /// <summary>What was said to be in doubt.</summary>
    public IReadOnlyCollection<LogEvent> Doubted => _doubted;

    public static Task<StorageHost> StartAsync(string connectionString, params (string Key, string Value)[] settings) =>
        StartAsync(connectionString, _ => { }, settings);

    public static async Task<StorageHost> StartAsync(string connectionString, Action<IServiceCollection> configure, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:Chat", connectionString), .. settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddMetrics();
        configure(builder.Services);
        builder.Services.AddStorage(builder.Configuration);
        StorageHost? self = null;
        builder.Services.AddSingleton<ICommitObserver>(_ => self!);
        var host = builder.Build();
        self = new StorageHost(host);
        await host.StartAsync();
        return self;
    }

    /// <summary>What its meters count, from now on.</summary>
    public MetricsCollector Collect() => new(
        Options.Create(new TelemetryOptions { Meters = ["Chat.*"] }), new TelemetrySource("", TimeProvider.System), Services.GetRequiredService<IMeterFactory>());

    public Task<ChatDb> DbAsync() => _host.Services.GetRequiredService<IDbContextFactory<ChatDb>>().CreateDbContextAsync();

    /// <summary>A group whose first user is the owner.</summary>
    public async Task GroupAsync(string id, params string[] users)
    {
        await using var db = await DbAsync();
        db.Conversations.Add(new ConversationRow { Id = id, Kind = ConversationKind.Group });
        for (var i = 0; i < users.Length; i++)
        {
            db.Members.Add(new MemberRow { ConversationId = id, UserId = users[i], Role = i == 0 ? MemberRole.Owner : MemberRole.Member, JoinedSeq = 1 });
        }

        await db.SaveChangesAsync();
    }

    public async ValueTask CommittedAsync(IReadOnlyList<LogEvent> events)
    {
        lock (_committed)
        {
            _committed.AddRange(events);
        }

        await ValueTask.CompletedTask;
    }

    public void InDoubt(IReadOnlyCollection<LogEvent> events)
    {
        foreach (var e in events)
        {
            _doubted.Enqueue(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
