using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Client;

/// <summary>Registration with a container.</summary>
public static class ChatClientSetup
{
    /// <summary>Registers one <see cref="ChatClient"/> for the application, which the container disposes.</summary>
    /// <param name="services">The container.</param>
    /// <param name="configure">Sets at least <see cref="ChatClientOptions.Url"/>. Clock and logging are the container's.</param>
    /// <param name="connectWithHost">Whether the client starts with the host; otherwise the application calls <see cref="ChatClient.Start"/>.</param>
    public static IServiceCollection AddChatClient(
        this IServiceCollection services, Action<ChatClientOptions> configure, bool connectWithHost = false)
        => services.AddChatClient((_, options) => configure(options), connectWithHost);

    /// <summary>As <see cref="AddChatClient(IServiceCollection, Action{ChatClientOptions}, bool)"/>, with other services at hand.</summary>
    /// <param name="services">The container.</param>
    /// <param name="configure">Sets at least <see cref="ChatClientOptions.Url"/>. Clock and logging are the container's.</param>
    /// <param name="connectWithHost">Whether the client starts with the host; otherwise the application calls <see cref="ChatClient.Start"/>.</param>
    public static IServiceCollection AddChatClient(
        this IServiceCollection services, Action<IServiceProvider, ChatClientOptions> configure, bool connectWithHost = false)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddSingleton(provider =>
        {
            var options = new ChatClientOptions();
            options.TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider;
            options.LoggerFactory = provider.GetService<ILoggerFactory>() ?? options.LoggerFactory;
            configure(provider, options);
            return new ChatClient(options);
        });
        if (connectWithHost)
        {
            services.AddHostedService<ConnectWithHost>();
        }

        return services;
    }

    // Starting does not wait for the connection: the application runs, and its outbox fills, while the server is away.
    private sealed class ConnectWithHost(ChatClient client) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            client.Start();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
