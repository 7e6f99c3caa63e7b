using Chat.Server.Backplane;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Backplane;

public sealed class LocalBackplaneTests : BackplaneContract
{
    private readonly LocalBus _bus = new();
    private readonly List<LocalBackplane> _members = [];
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<BackplaneMetrics>().BuildServiceProvider();

    public override async Task DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        await _services.DisposeAsync();
    }

    [Fact]
    public void Publish_NobodyListens_SaysSo() => Assert.False(Publish(_members[0], "nobody", "hello"));

    private protected override Task<object> JoinAsync()
    {
        var member = new LocalBackplane(
            _bus, _services.GetRequiredService<BackplaneMetrics>(), TimeProvider.System, NullLogger<SubscriptionTable>.Instance);
        _members.Add(member);
        return Task.FromResult<object>(member);
    }
}
