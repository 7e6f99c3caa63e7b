using System.Net;
using Chat.Admin;
using Chat.Admin.Access;
using Chat.Admin.Access.Codes;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Admin;

/// <summary>The two steps of signing in, as the browser's forms take them.</summary>
public sealed class CodeEndpointTests
{
    private const string Session = "chat-console=";
    private const string Half = "chat-console-step=";

    private readonly ManualTimeProvider _time = new();
    private readonly IOptions<AdminOptions> _options = Options.Create(new AdminOptions { Folder = TestRun.NewFolder("console") });
    private readonly AdminBed.RecordedAudit _audit = new();
    private readonly byte[] _secret = OneTimeCodes.NewSecret();
    private readonly UserBook _users;
    private readonly SecondFactors _second;
    private readonly SignInLimiter _limiter;
    private readonly HalfSignIn _half;
    private readonly ServiceProvider _services;
    private readonly IReadOnlyList<string> _recovery;

    public CodeEndpointTests()
    {
        var keys = new EphemeralDataProtectionProvider();
        _users = new UserBook(_options, _time, iterations: 1);
        Assert.Null(_users.Add("ada", AdminBed.Password, Role.Admin));
        Assert.Null(_users.Add("bob", AdminBed.Password, Role.Viewer));
        _second = new SecondFactors(_users, keys, _time, NullLogger<SecondFactors>.Instance);
        _limiter = new SignInLimiter(_options, _time);
        _half = new HalfSignIn(_users, keys, new ConfigurationBuilder().Build(), _options, _time);
        _recovery = _second.TurnOn("ada", _secret, Code(), null)!;
        _time.Advance(TimeSpan.FromMinutes(1));
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(_options);
        services.AddSingleton<TimeProvider>(_time);
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie => cookie.Cookie.Name = "chat-console");
        _services = services.BuildServiceProvider();
    }

    [Fact]
    public async Task Password_WithoutSecondFactor_LetsIn()
    {
        var (to, cookies) = await PasswordAsync("bob");
        Assert.Equal("/admin/queue", to);
        Assert.Contains(cookies, c => c.StartsWith(Session, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Password_WithSecondFactor_AsksForTheCode_WhichLetsIn()
    {
        var (to, cookies) = await PasswordAsync("ada");
        Assert.Equal("/admin/login?step=code&to=%2Fadmin%2Fqueue", to);
        Assert.DoesNotContain(cookies, c => c.StartsWith(Session, StringComparison.Ordinal));
        var half = Assert.Single(cookies, c => c.StartsWith(Half, StringComparison.Ordinal));
        Assert.Contains("httponly", half);
        Assert.Contains("samesite=strict", half);
        Assert.Empty(_users.SessionsOf("ada"));

        (to, cookies) = await CodeAsync(half, Code());
        Assert.Equal("/admin/queue", to);
        Assert.Contains(cookies, c => c.StartsWith(Session, StringComparison.Ordinal));
        Assert.Contains(cookies, c => c.StartsWith(Half + ";", StringComparison.Ordinal));
        Assert.Single(_users.SessionsOf("ada"));
        Assert.Equal(("ada", "signin", "console", "done"), Assert.Single(_audit.Notes));
    }

    [Fact]
    public async Task Code_WrongOrUsed_IsRefusedAndPutDown()
    {
        var half = await HalfAsync();
        var code = Code();
        Assert.Equal("/admin/login?step=code&failed=1&to=%2Fadmin%2Fqueue", (await CodeAsync(half, code == "000000" ? "000001" : "000000")).To);
        Assert.Equal("/admin/queue", (await CodeAsync(half, code)).To);
        Assert.StartsWith("/admin/login?step=code&failed=1", (await CodeAsync(half, code)).To);
        Assert.Equal("/admin/queue", (await CodeAsync(half, _recovery[0])).To);
        Assert.StartsWith("/admin/login?step=code&failed=1", (await CodeAsync(half, _recovery[0])).To);
        Assert.Equal(3, _audit.Notes.Count(n => n is { Who: "ada", Action: "signin.refused", Result: "refused" }));
    }

    [Fact]
    public async Task Code_WithoutThePasswordBefore_IsNotLookedAt()
    {
        Assert.StartsWith("/admin/login?problem=too-late", (await CodeAsync("", Code())).To);
        Assert.StartsWith("/admin/login?problem=too-late", (await CodeAsync(Half + "forged", Code())).To);
        var half = await HalfAsync();
        Assert.Equal("/admin/queue", (await CodeAsync(half, Code())).To);
    }

    [Fact]
    public async Task Code_LaterThanFiveMinutes_OrOfAUserWhoChanged_IsNotLookedAt()
    {
        var half = await HalfAsync();
        _time.Advance(HalfSignIn.Lifetime);
        Assert.StartsWith("/admin/login?problem=too-late", (await CodeAsync(half, Code())).To);

        half = await HalfAsync();
        Assert.Null(_users.SetPassword("ada", "another and longer secret"));
        Assert.StartsWith("/admin/login?problem=too-late", (await CodeAsync(half, Code())).To);
    }

    [Fact]
    public async Task WrongCodes_Five_CloseTheDoor_AlsoForThePasswordAndTheRightCode()
    {
        var half = await HalfAsync();
        for (var attempt = 0; attempt < _options.Value.SignInAttempts; attempt++)
        {
            // The password in between must not open it again.
            half = await HalfAsync();
            Assert.StartsWith("/admin/login?step=code&failed=1", (await CodeAsync(half, "wrong")).To);
        }

        Assert.StartsWith("/admin/login?step=code&wait=15", (await CodeAsync(half, Code())).To);
        Assert.StartsWith("/admin/login?wait=15", (await PasswordAsync("ada")).To);
        Assert.Equal("/admin/queue", (await PasswordAsync("bob", "10.9.9.9")).To);
        _time.Advance(_options.Value.SignInWindow);
        Assert.Equal("/admin/queue", (await CodeAsync(await HalfAsync(), Code())).To);
    }

    [Fact]
    public async Task WrongCodes_FromManyAddresses_CloseTheDoorForTheUser()
    {
        var addresses = Enumerable.Range(1, 30).Select(n => $"10.0.0.{n}").ToList();
        var half = await HalfAsync();
        var outcomes = new List<string>();
        foreach (var address in addresses)
        {
            outcomes.Add((await CodeAsync(half, "wrong", address)).To);
        }

        Assert.Equal(4 * _options.Value.SignInAttempts, outcomes.Count(to => to.Contains("failed=1", StringComparison.Ordinal)));
        Assert.StartsWith("/admin/login?step=code&wait=", (await CodeAsync(half, Code(), "10.1.1.1")).To);
    }

    private string Code() => CodesTests.CodeAt(_secret, _time.GetUtcNow());

    private async Task<string> HalfAsync() => Assert.Single((await PasswordAsync("ada")).Cookies, c => c.StartsWith(Half, StringComparison.Ordinal));

    private async Task<(string To, IReadOnlyList<string> Cookies)> PasswordAsync(string name, string address = "10.0.0.1")
    {
        var context = Context(address);
        return Read(context, await SignInEndpoints.SignInAsync(context, name, AdminBed.Password, "/admin/queue", _users, _half, _limiter, _audit));
    }

    private async Task<(string To, IReadOnlyList<string> Cookies)> CodeAsync(string half, string code, string address = "10.0.0.1")
    {
        var context = Context(address);
        context.Request.Headers.Cookie = half.Split(';')[0];
        return Read(context, await CodeEndpoint.TakeAsync(context, code, "/admin/queue", _half, _second, _users, _limiter, _audit));
    }

    private DefaultHttpContext Context(string address)
    {
        var context = new DefaultHttpContext { RequestServices = _services };
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        return context;
    }

    private static (string To, IReadOnlyList<string> Cookies) Read(HttpContext context, IResult result) =>
        (Assert.IsType<RedirectHttpResult>(result).Url, [.. context.Response.Headers.SetCookie.Select(c => c ?? "")]);
}
