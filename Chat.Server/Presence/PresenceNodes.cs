using Chat.Server.Backplane;
using Microsoft.Extensions.Options;

namespace Chat.Server.Presence;

/// <summary>
/// Keeps this process's picture of who is on the others, and theirs of who is here: changes a few times a second, a beat every few
/// seconds, all when something was missed. A process that falls silent is dead, and its users enter their grace.
/// </summary>
internal sealed partial class PresenceNodes : BackgroundService
{
    private readonly Lock _lock = new();
    private readonly IBackplane _bus;
    private readonly PresenceService _presence;
    private readonly LocalUsers _local;
    private readonly PresenceScope _scope;
    private readonly PresenceOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PresenceSource _self;
    private readonly NodeTable _nodes;
    private readonly List<IDisposable> _subscriptions = [];
    private volatile bool _lookAnew = true;
    private long? _beatAt;

    public PresenceNodes(
        IBackplane bus,
        BackplaneNode node,
        PresenceService presence,
        LocalUsers local,
        PresenceScope scope,
        IOptions<PresenceOptions> options,
        TimeProvider time,
        ILogger<PresenceNodes> logger)
    {
        _bus = bus;
        _presence = presence;
        _local = local;
        _scope = scope;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _self = new PresenceSource(node.Name, node.Group);
        _nodes = new NodeTable(node.Group, (long)(_options.NodeTimeout.TotalSeconds * time.TimestampFrequency));
    }

    /// <summary>The processes of other nodes that live, as far as is known.</summary>
    public IReadOnlyList<string> OfOtherNodes
    {
        get
        {
            lock (_lock)
            {
                return _nodes.Distant;
            }
        }
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _bus.ModeChanged += OnModeChanged;
        _subscriptions.Add(_bus.Subscribe(PresenceMessage.Channel, (_, bytes) => Receive(bytes)));
        _subscriptions.Add(_bus.Subscribe(PresenceMessage.ChannelOf(_self.Node), (_, bytes) => Receive(bytes)));
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        _bus.ModeChanged -= OnModeChanged;
        _subscriptions.ForEach(s => s.Dispose());
        Tell(PresenceMessage.Channel, new PresenceMessage.Bye(_self));
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_options.TellInterval, _time);
        do
        {
            try
            {
                Step();
            }
            catch (Exception e)
            {
                Log.StepFailed(_logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    /// <summary>Tells what changed, beats when it is time, and buries who has been silent for too long.</summary>
    internal void Step()
    {
        // Also where nobody is told: what is noted as changed must not pile up.
        while (_local.TakeChanges(_self, PresenceFormat.UsersPerMessage) is { } changed)
        {
            Tell(PresenceMessage.Channel, changed);
        }

        var now = _time.GetTimestamp();
        var anew = _lookAnew;
        if (anew)
        {
            _lookAnew = false;
            lock (_lock)
            {
                _nodes.LookAnew(now);
            }
        }

        if (!anew && _beatAt is { } before && _time.GetElapsedTime(before, now) < _options.BeatInterval)
        {
            return;
        }

        _beatAt = now;
        Tell(PresenceMessage.Channel, new PresenceMessage.Beat(_self, _local.Version, Hello: anew));
        lock (_lock)
        {
            foreach (var outcome in _nodes.Expire(now, _bus.Status.Mode == BackplaneMode.Redis))
            {
                ActUnderLock(outcome);
            }
        }
    }

    internal void Receive(ReadOnlyMemory<byte> bytes)
    {
        var message = PresenceFormat.Read(bytes);
        if (message is null || message.From.Node == _self.Node)
        {
            return;
        }

        lock (_lock)
        {
            ActUnderLock(_nodes.Hear(message, _time.GetTimestamp()));
        }

        switch (message)
        {
            case PresenceMessage.Beat { Hello: true }:
                Tell(PresenceMessage.ChannelOf(message.From.Node), new PresenceMessage.Beat(_self, _local.Version, Hello: false));
                break;
            case PresenceMessage.Ask:
                TellAll(message.From.Node);
                break;
        }
    }

    private void ActUnderLock(NodeOutcome outcome)
    {
        _scope.HasDistant = _nodes.HasDistant;
        switch (outcome)
        {
            case NodeOutcome.AskAll ask:
                Tell(PresenceMessage.ChannelOf(ask.Node), new PresenceMessage.Ask(_self));
                break;
            case NodeOutcome.Moved moved:
                _presence.Moved(moved.Came, moved.Went, moved.IsNews);
                break;
        }
    }

    private void TellAll(string node)
    {
        var (version, users) = _local.Announced();
        var parts = Math.Max(1, (users.Length + PresenceFormat.UsersPerMessage - 1) / PresenceFormat.UsersPerMessage);
        for (var part = 0; part < parts; part++)
        {
            var some = users.Skip(part * PresenceFormat.UsersPerMessage).Take(PresenceFormat.UsersPerMessage);
            Tell(PresenceMessage.ChannelOf(node), new PresenceMessage.All(_self, version, part, parts, [.. some]));
        }
    }

    private void Tell(string channel, PresenceMessage message)
    {
        if (_bus.Status.MayReachOthers)
        {
            _bus.Publish(channel, PresenceFormat.Write(message));
        }
    }

    private void OnModeChanged(BackplaneStatus status) => _lookAnew = true;

    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Error, "Telling other nodes of presence failed; tried again at once", EventName = "PresenceStepFailed")]
        public static partial void StepFailed(ILogger logger, Exception exception);
    }
}
