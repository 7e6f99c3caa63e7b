using Chat.Admin;
using Chat.Admin.Access;
using Chat.Admin.Export;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Admin;

public sealed class AccessTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly IOptions<AdminOptions> _options = Options.Create(new AdminOptions { Folder = TestRun.NewFolder("console") });

    [Fact]
    public void Users_Restarted_AreThereWithoutTheirPasswords()
    {
        var users = new UserBook(_options, _time);
        Assert.Null(users.Add("ada", "correct horse battery", Role.Admin, onlyTheFirst: true));
        Assert.NotNull(users.Add("eve", "correct horse battery", Role.Admin, onlyTheFirst: true));
        var session = users.Begin(users.Find("ada")!, "10.0.0.x", "test");

        var again = new UserBook(_options, _time);

        Assert.NotNull(again.Check("ada", "correct horse battery"));
        Assert.Null(again.Check("ada", "wrong horse battery!"));
        Assert.Null(again.Check("nobody", "correct horse battery"));
        Assert.NotNull(again.Resolve(session.Id));
        Assert.DoesNotContain("correct", File.ReadAllText(Path.Combine(_options.Value.Folder, "users.json")));
    }

    [Fact]
    public void Session_PasswordRoleOrTimeChanged_Ends()
    {
        var users = new UserBook(_options, _time);
        users.Add("ada", "correct horse battery", Role.Admin);
        users.Add("bob", "correct horse battery", Role.Operator);
        var first = users.Begin(users.Find("bob")!, "", "");
        var second = users.Begin(users.Find("bob")!, "", "");
        users.SetPassword("bob", "another horse battery", exceptSession: second.Id);
        Assert.Null(users.Resolve(first.Id));
        Assert.NotNull(users.Resolve(second.Id));
        users.SetRole("bob", Role.Viewer);
        Assert.Null(users.Resolve(second.Id));
        var third = users.Begin(users.Find("bob")!, "", "");
        _time.Advance(TimeSpan.FromHours(8));
        Assert.Null(users.Resolve(third.Id));
    }

    [Fact]
    public void LastAdmin_CannotGo()
    {
        var users = new UserBook(_options, _time);
        users.Add("ada", "correct horse battery", Role.Admin);
        Assert.NotNull(users.SetRole("ada", Role.Viewer));
        Assert.NotNull(users.SetDisabled("ada", true));
        Assert.NotNull(users.Remove("ada"));
        Assert.Equal(Role.Admin, users.Find("ada")!.Role);
    }

    [Fact]
    public void SetupCode_WrongLateOrTooOften_IsRefused()
    {
        var log = new CodeLog();
        var codes = new SetupCode(new UserBook(_options, _time), _options, _time, log);
        codes.Ensure();
        Assert.False(codes.Take("AAAA-AAAA-AAAA"));
        Assert.True(codes.Take(log.Last.ToLowerInvariant()));
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.False(codes.Take(log.Last));
        var old = log.Last;
        codes.Ensure();
        Assert.NotEqual(old, log.Last);
        for (var attempt = 0; attempt < 10; attempt++)
        {
            Assert.False(codes.Take("AAAA-AAAA-AAAA"));
        }

        Assert.False(codes.Take(log.Last));
    }

    [Fact]
    public void Limiter_FiveFailures_WaitWithoutLockingOthersOut()
    {
        var limiter = new SignInLimiter(_options, _time);
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(limiter.Wait("ada", "1.1.1.1"));
            limiter.Failed("ada", "1.1.1.1");
        }

        Assert.NotNull(limiter.Wait("ADA", "1.1.1.1"));
        Assert.Null(limiter.Wait("ada", "2.2.2.2"));
        Assert.Null(limiter.Wait("bob", "1.1.1.1"));
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(limiter.Wait("ada", "1.1.1.1"));
    }

    [Theory]
    [InlineData("short", false)]
    [InlineData("aaaaaaaaaaaaaa", false)]
    [InlineData("password1234", false)]
    [InlineData("ada-ada-ada-ada", false)]
    [InlineData("correct horse battery", true)]
    public void Password_Rules_Hold(string password, bool good) => Assert.Equal(good, PasswordRules.Problem(password, "ada") is null);

    [Theory]
    [InlineData("http://localhost:5082", false, true)]
    [InlineData("http://127.0.0.1:0;https://0.0.0.0:443", false, true)]
    [InlineData("http://0.0.0.0:5082", false, false)]
    [InlineData("http://*:5082", false, false)]
    [InlineData("http://0.0.0.0:5082", true, true)]
    public void PlainHttp_OffThisMachine_IsRefused(string urls, bool behindProxy, bool allowed)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("urls", urls)]).Build();
        Assert.Equal(allowed, Transport.Problem(configuration, new AdminOptions { BehindProxy = behindProxy }) is null);
    }

    [Fact]
    public void PlainHttp_AskedFor_IsServedAndItsCookiesNeedNoTls()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("urls", "http://+:5082")]).Build();
        var settings = new AdminOptions { PlainHttp = true };

        Assert.Null(Transport.Problem(configuration, settings));
        Assert.False(Transport.IsSecure(configuration, settings));
    }

    [Theory]
    [InlineData("https://evil.example/admin", "/admin")]
    [InlineData("//evil.example", "/admin")]
    [InlineData("/admin\\evil", "/admin")]
    [InlineData("/admin/alerts?tab=rules", "/admin/alerts?tab=rules")]
    [InlineData("/healthchecks-ui", "/healthchecks-ui")]
    public void ReturnAddress_Foreign_IsNotFollowed(string asked, string expected) => Assert.Equal(expected, SignInEndpoints.LocalPath(asked));

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("  =1", "'  =1")]
    [InlineData("-2", "'-2")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("plain", "plain")]
    public void Csv_Formulas_AreText(string value, string cell) => Assert.Equal(cell, Csv.Cell(value));
}
