using Chat.Server.Backplane;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Backplane;

public sealed class RelayBackplaneTests : BackplaneContract
{
    private readonly SwitchboardRelay.Switchboard _board = new();
    private readonly List<RelayBackplane> _members = [];
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<BackplaneMetrics>().BuildServiceProvider();

    public override async Task DisposeAsync()
    {
        _members.ForEach(member => member.Dispose());
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Received_Garbage_IsDroppedAndTheNextArrives()
    {
        using var heard = await Heard.OnAsync(_members[1], "a");

        _board.Send(from: null, new byte[] { 1 });
        _board.Send(from: null, new byte[] { 255, 255, 1 });
        Publish(_members[0], "a", "hello");

        Assert.Equal("hello", await heard.NextAsync());
    }

    private protected override Task<object> JoinAsync()
    {
        var member = new RelayBackplane(
            new SwitchboardRelay(_board), _services.GetRequiredService<BackplaneMetrics>(), TimeProvider.System, NullLogger<SubscriptionTable>.Instance);
        _members.Add(member);
        return Task.FromResult<object>(member);
    }

    /// <summary>Brings what one publishes to all others, at once.</summary>
    private sealed class SwitchboardRelay : IWorkerRelay
    {
        private readonly Switchboard _board;

        public SwitchboardRelay(Switchboard board)
        {
            _board = board;
            board.Members.Add(this);
        }

        public event Action<ReadOnlyMemory<byte>>? Received;

        public bool Publish(ReadOnlyMemory<byte> payload)
        {
            _board.Send(this, payload);
            return true;
        }

        public sealed class Switchboard
        {
            public List<SwitchboardRelay> Members { get; } = [];

            public void Send(SwitchboardRelay? from, ReadOnlyMemory<byte> payload)
            {
                foreach (var member in Members.Where(member => member != from))
                {
                    member.Received?.Invoke(payload);
                }
            }
        }
    }
}
