using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Chat.Admin;
using Chat.Admin.Access;
using Chat.Admin.Frame;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Admin;

/// <summary>How a session ends under an open page, and what keeps it from ending.</summary>
public sealed class SessionEndTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly AdminOptions _limits = new() { Folder = TestRun.NewFolder("console") };
    private readonly UserBook _users;

    public SessionEndTests()
    {
        _users = new UserBook(Options.Create(_limits), _time, iterations: 1);
        Assert.Null(_users.Add("ada", AdminBed.Password, Role.Admin));
        Assert.Null(_users.Add("otto", AdminBed.Password, Role.Operator));
    }

    [Fact]
    public async Task Page_SessionEnds_ShowsNothingMoreAndLeadsToTheSignIn()
    {
        await using var bed = new AdminBed(Role.Operator);
        bed.Tell(Samples.Overview("a-word"));
        var navigation = (BunitNavigationManager)bed.Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo("/admin/workers?x=1");
        var frame = bed.Render<MainLayout>(p => p.Add(l => l.Body, b => b.AddContent(0, "what the page shows")));
        Assert.Contains("what the page shows", frame.Markup);

        bed.EndSession();

        frame.WaitForAssertion(() => Assert.Contains("Your session has ended.", frame.Markup));
        Assert.Empty(frame.FindAll("header, nav, main, dialog"));
        Assert.DoesNotContain("what the page shows", frame.Markup);
        var last = navigation.History.First();
        Assert.Equal("/admin/login?problem=ended&to=%2Fadmin%2Fworkers%3Fx%3D1", "/" + last.Uri.TrimStart('/'));
        Assert.True(last.Options.ForceLoad);
        Assert.Equal("Your session has ended. Sign in again.", SignInProblems.TextOf(SignInProblems.Ended));
    }

    [Fact]
    public void Session_LeftAlone_Ends()
    {
        var session = Begin();
        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.NotNull(_users.Resolve(session));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(_users.Resolve(session));
        Assert.Empty(_users.SessionsOf("otto"));

        // Too late: it is not taken up again.
        _users.Touch(session);
        Assert.Null(_users.Resolve(session));
    }

    [Fact]
    public void Session_Used_GoesOnUntilItIsTooOldAndThatOutlivesARestart()
    {
        var session = Begin();
        for (var minute = 0; minute < 7 * 60 + 40; minute += 20)
        {
            _time.Advance(TimeSpan.FromMinutes(20));
            Assert.NotNull(_users.Resolve(session));
            _users.Touch(session);
        }

        var again = new UserBook(Options.Create(_limits), _time, iterations: 1);
        Assert.NotNull(again.Resolve(session));
        _time.Advance(TimeSpan.FromMinutes(19));
        Assert.NotNull(again.Resolve(session));
        again.Touch(session);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(again.Resolve(session));
    }

    [Fact]
    public void Touch_TheDiskIsFull_KeepsThePersonIn()
    {
        var session = Begin();
        var path = Path.Combine(_limits.Folder, "users.json.new");
        Directory.CreateDirectory(path);
        _time.Advance(TimeSpan.FromMinutes(20));
        _users.Touch(session);
        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.NotNull(_users.Resolve(session));
    }

    [Fact]
    public async Task Page_SaysThatSomebodyIsThere_KeepsTheSession()
    {
        await using var bed = new AdminBed(Role.Viewer);
        var frame = bed.Render<MainLayout>();
        bed.Time.Advance(TimeSpan.FromMinutes(20));
        frame.Instance.InUse();
        bed.Time.Advance(TimeSpan.FromMinutes(20));
        Assert.NotNull(bed.Users.Resolve(bed.Session.Id));
    }

    [Theory]
    [InlineData("/admin/workers", true)]
    [InlineData("/healthchecks-ui", true)]
    [InlineData("/admin/alive", false)]
    [InlineData("/_blazor/negotiate", false)]
    [InlineData("/console.js", false)]
    public void Request_OfAPageByItself_IsNoUse(string path, bool isUse) => Assert.Equal(isUse, AccessSetup.IsUse(path));

    [Theory]
    [InlineData("revoked")]
    [InlineData("disabled")]
    [InlineData("idle")]
    public async Task Guard_SessionNoLongerGood_SignsThePageOut(string why)
    {
        _limits.RevalidateEvery = TimeSpan.FromMilliseconds(5);
        var id = Begin();
        using var guard = new SessionGuard(_users, Options.Create(_limits), NullLoggerFactory.Instance);
        var changed = new TaskCompletionSource<ClaimsPrincipal>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (user, session) = _users.Resolve(id)!.Value;
        guard.SetAuthenticationState(Task.FromResult(new AuthenticationState(Actor.PrincipalOf(user, session, "test"))));
        guard.AuthenticationStateChanged += async state => changed.TrySetResult((await state).User);
        switch (why)
        {
            case "revoked":
                _users.End(s => s.Id == id);
                break;
            case "disabled":
                Assert.Null(_users.SetDisabled("otto", true));
                break;
            default:
                _time.Advance(_limits.SessionIdle);
                break;
        }

        Assert.Null(Actor.Of(await changed.Task.WaitAsync(Eventually.Patience)));
    }

    private string Begin() => _users.Begin(_users.Find("otto")!, "10.0.0.x", "test").Id;
}
