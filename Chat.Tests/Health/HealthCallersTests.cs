using System.Net;
using Chat.Server.Health;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Health;

public sealed class HealthCallersTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly HealthCallers _callers;

    public HealthCallersTests() => _callers = new HealthCallers(_time);

    [Theory]
    [InlineData("kube-probe/1.31", "Kubernetes")]
    [InlineData("Prometheus/2.54.1", "Prometheus")]
    [InlineData("ELB-HealthChecker/2.0", "load balancer")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "browser")]
    [InlineData("curl/8.9.1", "curl")]
    [InlineData("<img src=x onerror=alert(1)>\r\nset-cookie: a=b", "other")]
    [InlineData("", "unnamed")]
    [InlineData(null, "unnamed")]
    public void Kind_IsAWordOfOursWhateverTheCallerSays(string? userAgent, string kind) => Assert.Equal(kind, CallerKind.Of(userAgent));

    [Fact]
    public void Caller_OfTheSameKindAndNetwork_IsCountedAndItsAddressIsMasked()
    {
        var start = _time.GetUtcNow();
        Ask("/health", "10.1.2.3", "curl/8", 200);
        _time.Advance(TimeSpan.FromSeconds(10));
        Ask("/health", "10.1.2.99", "curl/7", 503);
        Ask("/ready", "10.1.2.3", "curl/8", 200);
        var callers = _callers.Lately();
        Assert.Equal(2, callers.Count);
        Assert.Equal(new HealthCaller("/health", "curl", "10.1.2.x", start, start.AddSeconds(10), 2, 503), callers.Single(c => c.Path == "/health"));
    }

    [Fact]
    public void Callers_Many_NeverTakeMoreRoomAndTheLatestStay()
    {
        for (var i = 0; i < 5_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Ask("/health", $"{i % 250}.{i / 250}.0.1", "curl", 200);
        }

        var callers = _callers.Lately();
        Assert.Equal(60, callers.Count);
        Assert.Equal("249.19.0.x", callers[0].Address);
    }

    [Fact]
    public void Caller_ThatAsksNoMore_IsForgottenAfterAnHour()
    {
        Ask("/live", "127.0.0.1", null, 200);
        Assert.Equal("loopback", Assert.Single(_callers.Lately()).Address);
        _time.Advance(TimeSpan.FromMinutes(61));
        Assert.Empty(_callers.Lately());
    }

    private void Ask(string path, string address, string? userAgent, int code) => _callers.Note(path, userAgent, IPAddress.Parse(address), code);
}
