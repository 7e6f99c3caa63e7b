using System.Diagnostics;
using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.EntityFrameworkCore;

namespace Chat.Bench.Baselines;

/// <summary>Hosts a baseline hub where the product has its own: same path, protocol, limits and Kestrel settings.</summary>
internal static class BaselineServer
{
    /// <summary>The product's limits of a connection; a smaller number would hold the baselines back.</summary>
    private const int ParallelInvocations = 16;
    private const long MaximumMessageSize = 64 * 1024;

    public static Task RunBareAsync(int port, int? parent, CancellationToken cancellationToken) => RunAsync<BareHub>(port, parent, _ => { }, cancellationToken);

    public static async Task RunNaiveAsync(int port, int? parent, string connectionString, CancellationToken cancellationToken)
    {
        var options = new DbContextOptionsBuilder<NaiveDb>().UseNpgsql(connectionString).Options;
        await using (var db = new NaiveDb(options))
        {
            await db.Database.EnsureCreatedAsync(cancellationToken);
        }

        await RunAsync<NaiveHub>(port, parent, services => services.AddDbContext<NaiveDb>(o => o.UseNpgsql(connectionString)), cancellationToken);
    }

    private static async Task RunAsync<THub>(int port, int? parent, Action<IServiceCollection> configure, CancellationToken cancellationToken)
        where THub : Hub
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Services.AddSingleton<Rooms>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services
            .AddSignalR(o =>
            {
                o.MaximumParallelInvocationsPerClient = ParallelInvocations;
                o.MaximumReceiveMessageSize = MaximumMessageSize;
                o.ClientTimeoutInterval = TimeSpan.FromSeconds(60);
            })
            .AddJsonProtocol(o => ChatJson.Apply(o.PayloadSerializerOptions));
        configure(builder.Services);

        await using var app = builder.Build();
        app.MapHub<THub>(ChatHubContract.Path);
        await app.StartAsync(cancellationToken);
        if (parent is { } pid)
        {
            _ = StopWithAsync(pid, app.Lifetime);
        }

        await app.WaitForShutdownAsync(cancellationToken);
    }

    /// <summary>A load generator that was killed cannot stop its servers; they notice themselves.</summary>
    private static async Task StopWithAsync(int parent, IHostApplicationLifetime lifetime)
    {
        try
        {
            using var process = Process.GetProcessById(parent);
            await process.WaitForExitAsync(lifetime.ApplicationStopping);
        }
        catch (ArgumentException)
        {
            // It is gone already.
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lifetime.StopApplication();
    }
}
