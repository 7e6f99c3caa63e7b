using System.Net;
using Chat.Server.Management;
using Chat.Server.Management.Callers;
using Chat.Server.Management.Settings;
using Chat.Server.Telemetry;
using Chat.Server.Workers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Management;

public sealed class CallerTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("http://localhost:5081", true)]
    [InlineData("http://127.0.0.1:5081", true)]
    [InlineData("http://[::1]:5081", true)]
    [InlineData("http://0.0.0.0:5081", false)]
    [InlineData("http://*:5081", false)]
    [InlineData("http://192.0.2.1:5081", false)]
    [InlineData("http://chat.example.org:5081", false)]
    [InlineData("http://unix:/run/chat/management.sock", false)]
    public void Options_WithoutKeys_AreForLoopbackOnly(string url, bool valid)
    {
        var result = new ManagementOptionsValidator().Validate(null, new() { Url = url });
        Assert.Equal(valid, result.Succeeded);
        Assert.True(valid || result.FailureMessage!.Contains("Management:Keys", StringComparison.Ordinal));
        Assert.True(new ManagementOptionsValidator().Validate(null, new() { Url = url, PlainHttp = true, Keys = [new() { Name = "a", Role = "viewer", Key = Key }] }).Succeeded);
    }

    [Theory]
    [InlineData("http://localhost:5081", true)]
    [InlineData("http://unix:/run/chat/management.sock", true)]
    [InlineData("https://0.0.0.0:5081", true)]
    [InlineData("http://0.0.0.0:5081", false)]
    [InlineData("HTTP://+:5081", false)]
    [InlineData("http://192.0.2.1:5081", false)]
    public void Options_WithKeys_DoNotTravelInTheClear(string url, bool valid)
    {
        ManagementKey[] keys = [new() { Name = "a", Role = "viewer", Key = Key }];
        var result = new ManagementOptionsValidator().Validate(null, new() { Url = url, Keys = keys });
        Assert.Equal(valid, result.Succeeded);
        Assert.True(valid || result.FailureMessage!.Contains("Management:PlainHttp", StringComparison.Ordinal));
        Assert.True(new ManagementOptionsValidator().Validate(null, new() { Url = url, Keys = keys, PlainHttp = true }).Succeeded);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("https://node-1:5081", true)]
    [InlineData("http://10.0.0.1:5081/", true)]
    [InlineData("node-1:5081", false)]
    [InlineData("ftp://node-1", false)]
    public void Options_PublicUrl_IsAnAddress(string url, bool valid) =>
        Assert.Equal(valid, new ManagementOptionsValidator().Validate(null, new() { PublicUrl = url }).Succeeded);

    [Theory]
    [InlineData("", "viewer", Key)]
    [InlineData("a\n", "viewer", Key)]
    [InlineData("a", "root", Key)]
    [InlineData("a", "", Key)]
    [InlineData("a", "admin", "canary-short")]
    public void Options_UnfitKey_IsRefusedWithoutRepeatingIt(string name, string role, string key)
    {
        var result = new ManagementOptionsValidator().Validate(null, new() { Keys = [new() { Name = name, Role = role, Key = key }] });
        Assert.True(result.Failed);
        Assert.DoesNotContain("canary", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_NameTwice_IsRefused() =>
        Assert.True(new ManagementOptionsValidator().Validate(null, new() { Keys = [new() { Name = "a", Role = "viewer", Key = Key }, new() { Name = "a", Role = "admin", Key = Key + "2" }] }).Failed);

    [Fact]
    public void Identify_WithoutKeys_ThisMachineIsAdmin()
    {
        var caller = Book().Identify(From("127.0.0.1", "localhost:5081")).Value!;
        Assert.Equal(("local", ManagementRole.Admin, "loopback"), (caller.Name, caller.Role, caller.Authentication));
    }

    [Theory]
    [InlineData("192.0.2.7", "localhost:5081", "", "")]
    [InlineData("127.0.0.1", "evil.example:5081", "", "")]
    [InlineData("127.0.0.1", "localhost:5081", "Origin", "https://evil.example")]
    [InlineData("127.0.0.1", "localhost:5081", "Origin", "null")]
    [InlineData("127.0.0.1", "localhost:5081", "X-Forwarded-For", "192.0.2.7")]
    [InlineData("127.0.0.1", "localhost:5081", "Forwarded", "for=192.0.2.7")]
    [InlineData("127.0.0.1", "localhost:5081", "Authorization", "Bearer wrong")]
    [InlineData("127.0.0.1", "localhost:5081", "Authorization", "Basic YTpi")]
    public void Identify_WithoutKeys_NobodyElseIsAnybody(string remote, string host, string header, string value) =>
        Assert.Equal("unauthenticated", Book().Identify(From(remote, host, (header, value))).Refusal?.Code);

    [Fact]
    public void Identify_NonLoopbackBinding_IsNeverOpen() =>
        Assert.NotNull(Book(url: "http://0.0.0.0:5081").Identify(From("127.0.0.1", "localhost:5081")).Refusal);

    [Fact]
    public void Identify_WithKeys_LoopbackNeedsOneToo()
    {
        var book = Book(keys: [new() { Name = "deploy", Role = "operator", Key = Key }]);
        Assert.NotNull(book.Identify(From("127.0.0.1", "localhost:5081")).Refusal);
        var caller = book.Identify(From("203.0.113.9", "chat.example.org", ("Authorization", $"Bearer {Key}"))).Value!;
        Assert.Equal(("deploy", ManagementRole.Operator, "203.0.113.x"), (caller.Name, caller.Role, caller.Address));
    }

    [Fact]
    public void Identify_ConsolesKey_OpensWithoutConfiguredKeys()
    {
        var console = ConsoleCredential.New();
        var caller = Book(console: console).Identify(From("127.0.0.1", "localhost:5081", ("Authorization", $"Bearer {console.Value}"))).Value!;
        Assert.Equal(("console", ManagementRole.Admin, true), (caller.Name, caller.Role, caller.Delegates));
        Assert.NotEqual(console.Value, ConsoleCredential.New().Value);
        Assert.Equal(64, console.Value.Length);
    }

    [Theory]
    [InlineData("203.0.113.77", "203.0.113.x")]
    [InlineData("::ffff:203.0.113.77", "203.0.113.x")]
    [InlineData("2001:db8:aaaa:bbbb::1", "2001:0db8:aaaa::x")]
    [InlineData("::1", "loopback")]
    [InlineData("<script>", "")]
    [InlineData("", "")]
    public void MaskedAddress_TellsTheNetworkOnly(string address, string shown) => Assert.Equal(shown, MaskedAddress.Of(address));

    [Theory]
    [InlineData("ConnectionStrings:Chat", "Host=db;Port=5432;Database=chat;Username=u;Password=canary", "Host=db;Port=5432;Database=chat;••••")]
    [InlineData("ConnectionStrings:Chat", "Data Source=data/chat.db", "Data Source=data/chat.db")]
    [InlineData("ConnectionStrings:Redis", "redis-1:6379,redis-2,password=canary,ssl=true", "redis-1:6379,redis-2,••••")]
    [InlineData("ConnectionStrings:Redis", "redis://u:canary@host", "••••")]
    [InlineData("ConnectionStrings:Chat", "canary;;=", "••••")]
    [InlineData("Auth:SigningKey", "canary", "••••")]
    [InlineData("Management:Keys:0:Key", "canary", "••••")]
    [InlineData("Management:Keys:0:Name", "deploy", "deploy")]
    [InlineData("Telemetry:MetricsToken", "canary", "••••")]
    [InlineData("Telemetry:MetricsToken", "", "")]
    [InlineData("Alerts:Smtp:Password", "canary", "••••")]
    [InlineData("Alerts:Smtp:Password", "12345678", "••••")]
    [InlineData("Alerts:Smtp:Password", "true", "••••")]
    [InlineData("Alerts:Webhooks:0:Secret", "1234567890", "••••")]
    [InlineData("Api:Keys:0:Key", "12345678901234567890123456789012", "••••")]
    [InlineData("Telemetry:MetricsToken", "12:34:56", "••••")]
    [InlineData("Kestrel:Certificates:Default:Password", "0815", "••••")]
    [InlineData("Management:Keys:0:Role", "operator", "operator")]
    [InlineData("Management:Keys:0:Delegates", "true", "true")]
    [InlineData("Api:Keys:0:Roles", "publish send", "publish send")]
    [InlineData("Alerts:Rules:CertificateExpiring:Threshold", "14", "14")]
    [InlineData("Alerts:Rules:CertificateExpiring:KeepFiringFor", "00:05:00", "00:05:00")]
    [InlineData("Auth:DevelopmentTokenLifetime", "12:00:00", "12:00:00")]
    [InlineData("Telemetry:Otlp:Endpoint", "https://u:canary@collector:4317/v1?key=canary", "https://collector:4317/••••")]
    [InlineData("Auth:Authority", "https://sign-in.example.org", "https://sign-in.example.org")]
    [InlineData("Delivery:Window", "2048", "2048")]
    public void SettingMask_Values_ShowNoSecret(string key, string value, string shown) => Assert.Equal(shown, SettingMask.Show(key, value));

    private static CallerBook Book(ManagementKey[]? keys = null, string url = "http://localhost:5081", ConsoleCredential? console = null) => new(
        Options.Create(new ManagementOptions { Url = url, Keys = keys ?? [] }), new ProcessPlan(ProcessRole.Supervisor, 1, [], url, Stateless: false), console);

    private static DefaultHttpContext From(string remote, string host, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(remote);
        context.Request.Scheme = "http";
        context.Request.Host = new HostString(host);
        foreach (var (name, value) in headers.Where(h => h.Name.Length > 0))
        {
            context.Request.Headers[name] = value;
        }

        return context;
    }
}
