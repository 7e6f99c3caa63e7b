using System.Net;
using Chat.Server.Telemetry;
using Chat.Server.Telemetry.Metrics;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Telemetry;

public sealed class TelemetrySetupTests : IAsyncLifetime
{
    private const string Token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";

    private readonly string _logs = TestRun.NewFolder("logs");
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _app = Build(("Telemetry:Log:Console", "false"), ("Telemetry:Log:Folder", _logs), ("Telemetry:MetricsToken", "m-token"));
        await _app.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Metrics_OfARunningServer_HaveTheServersNumbersInThePrometheusFormat()
    {
        _app.Services.GetRequiredService<NodeMetrics>().Receive("w1", SnapshotCodec.Encode(_app.Services.GetRequiredService<MetricsCollector>().Collect()));

        using var response = await _http.GetAsync("/metrics");
        var page = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("kestrel_active_connections{", page);
        Assert.Contains("chat_memory_utilization_ratio{scope=\"container\"}", page);
        Assert.Contains("chat_fd_utilization_ratio ", page);
        Assert.Contains("dotnet_process_memory_working_set_bytes{worker=\"w1\"}", page);
        var (code, output) = await Promtool.CheckAsync(page);
        Assert.True(code == 0, output);
    }

    [Fact]
    public void MetricsAllowed_FromElsewhere_OnlyWithTheToken()
    {
        Assert.True(Allowed("127.0.0.1", null, ""));
        Assert.False(Allowed("10.0.0.9", null, ""));
        Assert.False(Allowed("10.0.0.9", "Bearer ", ""));
        Assert.False(Allowed("10.0.0.9", "Bearer wrong", "m-token"));
        Assert.True(Allowed("10.0.0.9", "Bearer m-token", "m-token"));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "10.0.0.9")]
    [InlineData("Forwarded", "for=10.0.0.9")]
    [InlineData("Host", "evil.example:5081")]
    [InlineData("Origin", "https://evil.example")]
    public void MetricsAllowed_ThroughAProxyOrAPageOfThisMachine_OnlyWithTheToken(string header, string value)
    {
        Assert.False(Allowed("127.0.0.1", null, "m-token", (header, value)));
        Assert.True(Allowed("127.0.0.1", "Bearer m-token", "m-token", (header, value)));
    }

    [Fact]
    public async Task Log_RequestLineSwitchedOnWhileRunning_HasNoToken()
    {
        await _http.GetAsync($"/hubs/chat?before=1&access_token={Token}");
        _app.Configuration["Logging:LogLevel:Microsoft.AspNetCore"] = "Information";
        ((IConfigurationRoot)_app.Configuration).Reload();

        await _http.GetAsync($"/hubs/chat?after=1&access_token={Token}");

        var text = await Eventually.GetAsync(ReadLogAsync, log => log.Contains("Request finished"), "the request is logged");
        Assert.Contains("?after=1&access_token=[redacted]", text);
        Assert.DoesNotContain("before=1", text);
        Assert.DoesNotContain("eyJ", text);
    }

    [Theory]
    [InlineData("Telemetry:Otlp:Endpoint", "collector:4317")]
    [InlineData("Telemetry:Otlp:Protocol", "carrier pigeon")]
    [InlineData("Telemetry:MaxSeriesPerInstrument", "0")]
    public async Task Start_OptionOutOfRange_IsRefusedWithItsName(string key, string value)
    {
        await using var app = Build(("Telemetry:Log:Console", "false"), (key, value));

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());

        Assert.Contains(key.Split(':')[^1], refused.Message);
    }

    private static WebApplication Build(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.AddTelemetry();
        builder.AddNodeMetrics();
        var app = builder.Build();
        app.MapMetrics();
        return app;
    }

    private static bool Allowed(string address, string? authorization, string token, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("localhost:5081");
        context.Request.Headers.Authorization = authorization;
        foreach (var (name, value) in headers)
        {
            context.Request.Headers[name] = value;
        }

        return MetricsEndpoint.Allowed(context, token);
    }

    private async Task<string> ReadLogAsync()
    {
        var text = "";
        foreach (var file in Directory.GetFiles(_logs))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            text += await reader.ReadToEndAsync();
        }

        return text;
    }
}
