using Bunit;
using Chat.Admin;
using Chat.Admin.Access;
using Chat.Admin.Pages;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Admin;

/// <summary>The sign-in page in its two shapes and with all that it can be told.</summary>
public sealed class SignInTests : BunitContext
{
    private readonly ManualTimeProvider _time = new();
    private readonly UserBook _users;

    public SignInTests()
    {
        var options = Options.Create(new AdminOptions { Folder = TestRun.NewFolder("console") });
        _users = new UserBook(options, _time, iterations: 1);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton(_users);
        Services.AddSingleton<TimeProvider>(_time);
        Services.AddSingleton(new SetupCode(_users, options, _time, NullLogger<SetupCode>.Instance));
        Services.AddScoped<AntiforgeryStateProvider, AdminBed.NoAntiforgery>();
        Services.AddSupplyValueFromQueryProvider();
    }

    [Fact]
    public void NoUserYet_AsksForTheCodeAndSaysHowLongItHolds()
    {
        var page = Open("");
        Assert.Equal("/admin/account/set-up", page.Find("form").GetAttribute("action"));
        Assert.Contains("15 min", page.Find("p").TextContent);
        Assert.Equal($"{PasswordRules.Least}", page.Find("input[name=password]").GetAttribute("minlength"));
    }

    [Fact]
    public void NoUserYet_WrongCode_SaysSo() => Assert.Equal("That code is wrong or has expired.", Open("?failed=1").Find("[role=alert]").TextContent);

    [Theory]
    [InlineData("", null)]
    [InlineData("?failed=1", "Name and password do not belong together.")]
    [InlineData("?wait=7", "Too many attempts. Try again in 7 min.")]
    [InlineData("?wait=soon", "Too many attempts. Try again in 15 min.")]
    [InlineData("?problem=not-the-first", UserBook.NotTheFirst)]
    [InlineData("?problem=Call 555-0100 and give your password.", SignInProblems.Unknown)]
    [InlineData("?problem=<img src=x onerror=alert(1)>", SignInProblems.Unknown)]
    [InlineData("?problem=", SignInProblems.Unknown)]
    public void Users_AreThere_AsksForNameAndPassword(string query, string? told)
    {
        AddUser();
        var page = Open(query);
        Assert.Equal("/admin/account/sign-in", page.Find("form").GetAttribute("action"));
        Assert.Equal(told, page.FindAll("[role=alert]").SingleOrDefault()?.TextContent);
        Assert.Empty(page.FindAll("img"));
    }

    [Theory]
    [InlineData("a", "correct horse battery")]
    [InlineData("ada", "correct horse battery")]
    [InlineData("bob", "short")]
    [InlineData("bob", "abcdefghijkl", 12)]
    [InlineData("bob", "aaaaaaaaaaaaaa")]
    [InlineData("bob", "password1234")]
    public void Problem_OfTheFirstUser_IsToldInItsOwnWords(string name, string password, int times = 1)
    {
        AddUser();
        var problem = _users.Add(name, string.Concat(Enumerable.Repeat(password, times)), Role.Admin);
        Assert.NotNull(problem);
        Assert.Equal(problem, Open($"?problem={SignInProblems.CodeOf(problem)}").Find("[role=alert]").TextContent);
    }

    [Theory]
    [InlineData("?step=code", null)]
    [InlineData("?step=code&failed=1", "That code is wrong, too old, or was used already.")]
    [InlineData("?step=code&wait=7", "Too many attempts. Try again in 7 min.")]
    public void SecondStep_AsksForTheCodeAlone(string query, string? told)
    {
        AddUser();
        var page = Open(query + "&to=%2Fadmin%2Fqueue");
        Assert.Equal("/admin/account/code", page.Find("form").GetAttribute("action"));
        Assert.Equal("one-time-code", page.Find("input[name=code]").GetAttribute("autocomplete"));
        Assert.Empty(page.FindAll("input[name=password]"));
        Assert.Equal("/admin/queue", page.Find("input[name=to]").GetAttribute("value"));
        Assert.Equal(told, page.FindAll("[role=alert]").SingleOrDefault()?.TextContent);
    }

    [Fact]
    public void SecondStep_TookTooLong_BeginsAnew()
    {
        AddUser();
        var page = Open("?problem=too-late");
        Assert.Equal(SignInProblems.TooLate, page.Find("[role=alert]").TextContent);
        Assert.Equal("/admin/account/sign-in", page.Find("form").GetAttribute("action"));
    }

    [Fact]
    public void Target_FromTheAddress_TravelsAlong()
    {
        AddUser();
        Assert.Equal("/admin/queue?tab=dead", Open("?to=%2Fadmin%2Fqueue%3Ftab%3Ddead").Find("input[name=to]").GetAttribute("value"));
    }

    private void AddUser() => Assert.Null(_users.Add("ada", "correct horse battery", Role.Admin));

    private IRenderedComponent<SignIn> Open(string query)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/admin/login{query}");
        return Render<SignIn>();
    }
}
