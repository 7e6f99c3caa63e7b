using System.Threading.Channels;
using Chat.Server.Presence;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Presence;

public sealed class PresenceServiceTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly Audience _audience = new();
    private readonly PresenceService _service;

    public PresenceServiceTests() =>
        _service = new PresenceService(_audience, new LocalUsers(), Options.Create(new PresenceOptions()), _time, NullLogger<PresenceService>.Instance);

    public Task InitializeAsync() => _service.StartAsync(CancellationToken.None);

    public async Task DisposeAsync()
    {
        await _service.StopAsync(CancellationToken.None);
        _service.Dispose();
    }

    [Fact]
    public async Task Connected_NewUser_IsToldOnline()
    {
        _service.Connected("alice");
        Assert.Equal(("alice", PresenceState.Online), await _audience.NextAsync());
    }

    [Fact]
    public async Task Disconnected_GraceOver_IsToldOfflineOnce()
    {
        _service.Connected("alice");
        Assert.Equal(("alice", PresenceState.Online), await _audience.NextAsync());
        _service.Disconnected("alice");
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(PresenceState.Away, _service.StateOf("alice"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("alice", PresenceState.Offline), await _audience.NextAsync());

        // Whatever would come after is behind bob.
        _time.Advance(TimeSpan.FromMinutes(10));
        _service.Connected("bob");
        Assert.Equal(("bob", PresenceState.Online), await _audience.NextAsync());
        Assert.Equal(0, _time.ActiveTimers);
    }

    [Fact]
    public async Task Connected_WithinTheGrace_TellsNobody()
    {
        _service.Connected("alice");
        await _audience.NextAsync();
        _service.Disconnected("alice");
        _time.Advance(TimeSpan.FromSeconds(59));
        _service.Connected("alice");
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(PresenceState.Online, _service.StateOf("alice"));

        _service.Connected("bob");
        Assert.Equal(("bob", PresenceState.Online), await _audience.NextAsync());
    }

    [Fact]
    public async Task Disconnected_SeveralUsers_EachGraceEndsAtItsOwnTime()
    {
        _service.Connected("alice");
        _service.Connected("bob");
        await _audience.NextAsync();
        await _audience.NextAsync();
        _service.Disconnected("alice");
        _time.Advance(TimeSpan.FromSeconds(30));
        _service.Disconnected("bob");
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(("alice", PresenceState.Offline), await _audience.NextAsync());
        Assert.Equal(PresenceState.Away, _service.StateOf("bob"));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(("bob", PresenceState.Offline), await _audience.NextAsync());
    }

    [Fact]
    public async Task TellAsync_AudienceFails_LaterChangesAreToldAllTheSame()
    {
        _audience.FailNext = true;
        _service.Connected("alice");
        _service.Connected("bob");
        Assert.Equal(("bob", PresenceState.Online), await _audience.NextAsync());
    }

    [Fact]
    public async Task TellAsync_NoLongerSo_IsNotTold()
    {
        await _service.TellAsync("ghost", PresenceState.Online, CancellationToken.None);
        _service.Connected("alice");
        Assert.Equal(("alice", PresenceState.Online), await _audience.NextAsync());
    }

    private sealed class Audience : IPresenceAudience
    {
        private readonly Channel<(string, PresenceState)> _told = Channel.CreateUnbounded<(string, PresenceState)>();

        public bool FailNext { get; set; }

        public async Task<(string User, PresenceState State)> NextAsync() =>
            await _told.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Patience);

        public Task TellAsync(string user, PresenceState state, CancellationToken cancellation)
        {
            if (FailNext)
            {
                FailNext = false;
                throw new InvalidOperationException("fails on purpose");
            }

            _told.Writer.TryWrite((user, state));
            return Task.CompletedTask;
        }
    }
}
