using Chat.Server.Storage;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Storage;

public sealed class HangWatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly ManualTimeProvider _time = new();
    private StorageHost _storage = null!;
    private HangWatch _watch = null!;

    public async Task InitializeAsync()
    {
        _storage = await StorageHost.StartAsync($"Data Source={Path.Combine(TestRun.NewFolder("hang"), "chat.db")}");
        _watch = new HangWatch(_storage.Services.GetRequiredService<StorageBreaker>(), _time);
        await _watch.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _watch.StopAsync(default);
        await _storage.DisposeAsync();
    }

    [Fact]
    public void UsesThatEnd_HoweverMany_AreNoHang()
    {
        for (var i = 0; i < 300; i++)
        {
            using (_watch.Begin())
            {
                Pass(intervals: 3);
                Assert.False(_watch.IsHanging);
            }
        }
    }

    [Fact]
    public void UseThatLasts_IsAHang_UntilItEnds()
    {
        var use = _watch.Begin();
        Pass(intervals: 4);
        Assert.False(_watch.IsHanging);
        Pass(intervals: 1);
        Assert.True(_watch.IsHanging);
        use.Dispose();
        Assert.False(_watch.IsHanging);
    }

    private void Pass(int intervals)
    {
        for (var i = 0; i < intervals; i++)
        {
            _time.Advance(Interval);
        }
    }
}
