using Chat.Server.Backplane.Failover;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Chat.Server.Backplane.Redis;

/// <summary>
/// The only file that knows the Redis client. It uses what versions 1.2 and 2.x have in common; with 2.x the ordered
/// form of a subscription is <c>Subscribe(channel).OnMessage(…)</c> instead of a handler.
/// </summary>
internal sealed class RedisTransport : IBackplaneTransport
{
    private readonly ConfigurationOptions _configuration;
    private readonly string _prefix;
    private readonly bool _checkWrites;
    private readonly RedisKey _checkKey;
    private readonly RedisRefusal _refusal = new();
    private int _interruptions;
    private volatile Session? _current;

    public RedisTransport(string connectionString, BackplaneNode node, IOptions<BackplaneOptions> bound)
    {
        var options = bound.Value;
        _prefix = options.ChannelPrefix;
        _checkWrites = options.CheckWrites;
        _checkKey = $"{_prefix}check:{node.Name}";
        _configuration = Parse(connectionString);
        _configuration.AbortOnConnectFail = false;
        _configuration.ClientName = $"chat-{node.Name}";
        _configuration.ReconnectRetryPolicy = new LinearRetry((int)options.ProbeInterval.TotalMilliseconds);
    }

    public event Action<string, ReadOnlyMemory<byte>>? Received;

    /// <summary>Throws when the text can't be understood; what it throws may hold parts of it.</summary>
    public static ConfigurationOptions Parse(string connectionString)
    {
        var parsed = ConfigurationOptions.Parse(connectionString);
        return parsed.EndPoints.Count > 0 ? parsed : throw new ArgumentException("No host is named.", nameof(connectionString));
    }

    public LinkReport Report() => new(_current is { } session && session.Linked, Volatile.Read(ref _interruptions), _refusal.Text);

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var previous = Interlocked.Exchange(ref _current, null);
        Interlocked.Increment(ref _interruptions);
        previous?.End();
        var client = await ConnectionMultiplexer.ConnectAsync(_configuration.Clone());
        var session = new Session(client, this);
        if (cancellationToken.IsCancellationRequested)
        {
            session.End();
            cancellationToken.ThrowIfCancellationRequested();
        }

        _current = session;
    }

    public Task PublishAsync(string channel, byte[] frame) => _current is { } session
        ? session.Subscriber.PublishAsync(Name(channel), frame)
        : Task.FromException(new InvalidOperationException("Not connected."));

    public Task SetSubscribedAsync(string channel, bool subscribed) => _current is { } session
        ? session.SetSubscribedAsync(channel, subscribed)
        : Task.FromException(new InvalidOperationException("Not connected."));

    public async Task CheckAsync()
    {
        if (_current is not { } session)
        {
            return;
        }

        var database = session.Client.GetDatabase();
        // A replica passes messages on to its own clients only and a full or failing server soon passes none: both show
        // when one writes.
        await Watched(_checkWrites ? database.StringSetAsync(_checkKey, "1", TimeSpan.FromSeconds(10)) : database.PingAsync());
        _refusal.Clear();
    }

    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _current, null)?.End();
        return ValueTask.CompletedTask;
    }

    private RedisChannel Name(string channel) => new(_prefix + channel, RedisChannel.PatternMode.Literal);

    private async Task Watched(Task command)
    {
        try
        {
            await command.ConfigureAwait(false);
        }
        catch (RedisServerException e)
        {
            _refusal.See(e.Message);
            throw;
        }
        catch (RedisConnectionException e)
        {
            // A refused password shows only as the cause of there being no connection.
            if (WasRefused(e))
            {
                _refusal.SeeAuthentication();
            }
            else
            {
                _refusal.Clear();
            }

            throw;
        }
    }

    private static bool WasRefused(Exception? e)
    {
        while (e is not null and not RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure })
        {
            e = e.InnerException;
        }

        return e is not null;
    }

    /// <summary>One client's life.</summary>
    private sealed class Session
    {
        private readonly RedisTransport _owner;
        private readonly HashSet<string> _subscribed = new(StringComparer.Ordinal);
        private volatile bool _ended;

        public Session(ConnectionMultiplexer client, RedisTransport owner)
        {
            _owner = owner;
            Client = client;
            Subscriber = client.GetSubscriber();
            client.ConnectionFailed += OnFailed;
        }

        public ConnectionMultiplexer Client { get; }

        public ISubscriber Subscriber { get; }

        public bool Linked => !_ended && Client.IsConnected && Subscriber.IsConnected();

        public Task SetSubscribedAsync(string channel, bool wanted)
        {
            var name = _owner.Name(channel);
            bool changed;
            lock (_subscribed)
            {
                changed = wanted ? _subscribed.Add(channel) : _subscribed.Remove(channel);
            }

            if (!wanted)
            {
                return changed ? _owner.Watched(Subscriber.UnsubscribeAsync(name)) : Task.CompletedTask;
            }

            if (!changed)
            {
                if (Subscriber.SubscribedEndpoint(name) is not null)
                {
                    return Task.CompletedTask;
                }

                // Asked for while there was no connection, and no server has taken it since. The old handler goes first,
                // or each message would be heard twice.
                Subscriber.UnsubscribeAsync(name).Forget();
            }

            return _owner.Watched(Subscriber.SubscribeAsync(name, (_, frame) => OnMessage(channel, frame)));
        }

        public void End()
        {
            _ended = true;
            Client.ConnectionFailed -= OnFailed;
            // Closing may wait for a server that hangs; nobody waits for the closing.
            Task.Run(Client.Dispose).Forget();
        }

        private void OnMessage(string channel, RedisValue frame)
        {
            if (!_ended)
            {
                _owner.Received?.Invoke(channel, (byte[]?)frame);
            }
        }

        private void OnFailed(object? sender, ConnectionFailedEventArgs e)
        {
            Interlocked.Increment(ref _owner._interruptions);
            if (e.FailureType == ConnectionFailureType.AuthenticationFailure)
            {
                _owner._refusal.SeeAuthentication();
            }
        }
    }
}
