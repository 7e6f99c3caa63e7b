using AngleSharp.Dom;
using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Access.Codes;
using Chat.Admin.Pages;
using Chat.Admin.Parts.Dialogs;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using OtpNet;
using Radzen;

namespace Chat.Tests.Admin;

/// <summary>The users of the console and one's own account, as the settings show them.</summary>
public sealed class UsersTests
{
    private const string Secret = "a new and long secret";
    private const string Users = "/admin/settings?tab=users";
    private const string Account = "/admin/settings?tab=account";

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Operator)]
    public async Task Users_BelowAdmin_AreNotShown(Role role)
    {
        await using var bed = new AdminBed(role);
        var page = Open(bed, Users);
        Assert.DoesNotContain("root", page.Markup);
        Assert.DoesNotContain(page.FindAll(".tabs a"), a => a.TextContent.Contains("Users", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NewUser_Good_IsThereAndPutDown()
    {
        await using var bed = new AdminBed();
        var page = Open(bed, Users);
        await AddAsync(page, "otto", Secret, "Operator");
        Assert.Equal(Role.Operator, bed.Users.Find("otto")?.Role);
        Assert.Equal("Operator", Row(page, "otto").QuerySelector("select")!.GetAttribute("value"));
        Assert.Contains(bed.Audit.Notes, n => n is { Who: "root", Action: "user.create", Target: "user/otto", Result: "done" });
    }

    [Theory]
    [InlineData("otto", "short")]
    [InlineData("o", Secret)]
    [InlineData("root", Secret)]
    [InlineData("<b>otto</b>", Secret)]
    public async Task NewUser_NameOrPasswordBad_IsRefusedAndTold(string name, string password)
    {
        await using var bed = new AdminBed();
        var page = Open(bed, Users);
        await AddAsync(page, name, password, "Viewer");
        Assert.Single(bed.Users.All);
        Assert.Contains(bed.Services.GetRequiredService<NotificationService>().Messages, m => m.Severity is NotificationSeverity.Error);
        Assert.Contains(bed.Audit.Notes, n => n is { Action: "user.create", Result: "failed" });
        Assert.Equal("", page.Find("form input[type=password]").GetAttribute("value") ?? "");
    }

    [Fact]
    public async Task Role_OfTheLastAdmin_StaysAndTheListShowsIt()
    {
        await using var bed = new AdminBed();
        var page = Open(bed, Users);
        await Row(page, "root").QuerySelector("select")!.ChangeAsync(new() { Value = "Viewer" });
        Assert.Equal(Role.Admin, bed.Users.Find("root")?.Role);
        Assert.Equal("Admin", Row(page, "root").QuerySelector("select")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Role_Changed_IsPutDownWithWhatItWas()
    {
        await using var bed = new AdminBed();
        Assert.Null(bed.Users.Add("otto", Secret, Role.Operator));
        var page = Open(bed, Users);
        await Row(page, "otto").QuerySelector("select")!.ChangeAsync(new() { Value = "Viewer" });
        await Button(Row(page, "otto"), "Disable").ClickAsync(new());
        Assert.Equal([new("Operator", "Viewer"), new("active", "disabled")], bed.Audit.Changes);
    }

    [Fact]
    public async Task Password_OfSomebodyElse_IsSetByAnAdminAndEndsTheirSessions()
    {
        await using var bed = new AdminBed();
        Assert.Null(bed.Users.Add("otto", Secret, Role.Operator));
        var session = bed.Users.Begin(bed.Users.Find("otto")!, "", "");
        var page = Open(bed, Users);
        Assert.DoesNotContain(Row(page, "root").QuerySelectorAll("button"), b => b.TextContent == "Password…");
        var setting = Button(Row(page, "otto"), "Password…").ClickAsync(new());
        var question = Assert.IsType<Question>(bed.Desk.Open);
        var field = bed.Render(question.Body!);
        field.Find("input").Change("short");
        Assert.NotNull(question.Problem!());
        field.Find("input").Change("another long secret");
        Assert.Null(question.Problem!());
        bed.Desk.Answer(new Consent(""));
        await setting;
        Assert.NotNull(bed.Users.Check("otto", "another long secret"));
        Assert.Null(bed.Users.Resolve(session.Id));
        Assert.Contains(bed.Audit.Notes, n => n is { Who: "root", Action: "user.change", Target: "user/otto", Result: "done" });
        Assert.DoesNotContain("another long secret", page.Markup);
    }

    [Fact]
    public async Task User_DisabledThenDeleted_IsShownSo()
    {
        await using var bed = new AdminBed();
        Assert.Null(bed.Users.Add("otto", Secret, Role.Operator));
        var page = Open(bed, Users);
        await Button(Row(page, "otto"), "Disable").ClickAsync(new());
        Assert.Equal("disabled", Row(page, "otto").QuerySelector(".mark")!.TextContent);
        Assert.Null(bed.Users.Check("otto", Secret));

        var deleting = Button(Row(page, "otto"), "Delete…").ClickAsync(new());
        Assert.Equal("otto", Assert.IsType<Question>(bed.Desk.Open).Typed);
        bed.Desk.Answer(new Consent(""));
        await deleting;
        Assert.Null(bed.Users.Find("otto"));
        Assert.Single(page.FindAll("tr[data-row]"));
    }

    [Fact]
    public async Task Users_ChangedByAnotherOperator_AreShownByThemselvesAndWhatIsTypedStays()
    {
        await using var bed = new AdminBed();
        Assert.Null(bed.Users.Add("otto", Secret, Role.Operator));
        bed.Viewer.Connect();
        var page = Open(bed, Users);
        await page.Find("form input[type=text]").ChangeAsync(new() { Value = "half-typed" });

        Assert.Null(bed.Users.SetRole("otto", Role.Viewer));
        Assert.Null(bed.Users.SetDisabled("otto", true));
        Assert.Null(bed.Users.Add("vera", Secret, Role.Viewer));
        bed.Push();
        page.WaitForAssertion(() => Assert.Equal("disabled", Row(page, "otto").QuerySelector(".mark")!.TextContent));
        Assert.Equal("Viewer", Row(page, "otto").QuerySelector("select")!.GetAttribute("value"));
        Assert.Equal(["otto", "root", "vera"], page.FindAll("tr[data-row] b").Select(b => b.TextContent));
        Assert.Equal("half-typed", page.Find("form input[type=text]").GetAttribute("value"));

        Assert.Null(bed.Users.Remove("vera"));
        bed.Push();
        page.WaitForAssertion(() => Assert.Equal(["otto", "root"], page.FindAll("tr[data-row] b").Select(b => b.TextContent)));
    }

    [Fact]
    public async Task Sessions_BegunElsewhere_AreShownByThemselves()
    {
        await using var bed = new AdminBed(Role.Viewer);
        bed.Viewer.Connect();
        var page = Open(bed, Account);
        Assert.Single(page.FindAll("tr[data-row]"));
        bed.Users.Begin(bed.Users.Find("someone")!, "10.0.0.x", "elsewhere");
        bed.Push();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tr[data-row]").Count));
    }

    [Theory]
    [InlineData("not the current one", Secret, "The current password is another.")]
    [InlineData(AdminBed.Password, "short", null)]
    public async Task Password_WrongOrWeak_StaysAndIsTold(string current, string fresh, string? told)
    {
        await using var bed = new AdminBed(Role.Viewer);
        var page = Open(bed, Account);
        await ChangePasswordAsync(page, current, fresh);
        var problem = page.Find("[role=alert]");
        Assert.Equal("problem", problem.ClassName);
        Assert.Equal(told ?? problem.TextContent, problem.TextContent);
        Assert.NotNull(bed.Users.Check("someone", AdminBed.Password));
        Assert.Contains(bed.Audit.Notes, n => n is { Who: "someone", Action: "user.change", Result: "failed" });
    }

    [Fact]
    public async Task Password_Changed_EndsTheOtherSessionsOnly()
    {
        await using var bed = new AdminBed(Role.Viewer);
        bed.Users.Begin(bed.Users.Find("someone")!, "10.0.0.x", "elsewhere");
        var page = Open(bed, Account);
        Assert.Equal(2, page.FindAll("tr[data-row]").Count);
        await ChangePasswordAsync(page, AdminBed.Password, Secret);
        Assert.Equal("Changed.", page.Find("[role=alert]").TextContent);
        Assert.NotNull(bed.Users.Check("someone", Secret));
        Assert.Equal("this one", Assert.Single(page.FindAll("tr[data-row]")).QuerySelector(".actions")!.TextContent);
        Assert.DoesNotContain(page.FindAll("input"), i => i.GetAttribute("value") is { Length: > 0 });
    }

    [Fact]
    public async Task Session_Ended_IsGoneAndOthersStay()
    {
        await using var bed = new AdminBed(Role.Viewer);
        bed.Users.Begin(bed.Users.Find("someone")!, "10.0.0.x", "<i>a browser</i>");
        bed.Users.Begin(bed.Users.Find("root")!, "10.0.0.x", "of somebody else");
        var page = Open(bed, Account);
        Assert.Contains("&lt;i&gt;a browser&lt;/i&gt;", page.Markup);
        Assert.DoesNotContain("of somebody else", page.Markup);
        await page.FindAll("button").Single(b => b.TextContent == "End").ClickAsync(new());
        Assert.Single(page.FindAll("tr[data-row]"));
        Assert.Equal(2, bed.Users.SessionsOf(null).Count);
        Assert.Contains(bed.Audit.Notes, n => n is { Action: "signout", Result: "done" });
    }

    [Fact]
    public async Task Codes_SetUpAndConfirmed_AreOnAndRecoveryCodesAreShownOnce()
    {
        await using var bed = new AdminBed(Role.Viewer);
        bed.Users.Begin(bed.Users.Find("someone")!, "10.0.0.x", "elsewhere");
        var page = Open(bed, Account);
        await Button(page, "Set up…").ClickAsync(new());
        var secret = SecretOf(page);
        Assert.StartsWith("otpauth://totp/Chat%20console%3Asomeone?secret=", page.Find("a[href^=otpauth]").GetAttribute("href"));
        Assert.NotEmpty(page.Find("svg.qr path").GetAttribute("d")!);

        await CodesAsync(page, AdminBed.Password, "000000" == CodeOf(bed, secret) ? "000001" : "000000");
        Assert.Contains("That code is wrong", page.Find("[role=alert]").TextContent);
        await CodesAsync(page, "not the password", CodeOf(bed, secret));
        Assert.Equal("The password is another.", page.Find("[role=alert]").TextContent);
        Assert.Null(bed.Users.Find("someone")!.Second);

        await CodesAsync(page, AdminBed.Password, CodeOf(bed, secret));
        var recovery = page.FindAll(".recovery li").Select(c => c.TextContent).ToList();
        Assert.Equal(RecoveryCodes.Count, recovery.Count);
        Assert.Equal("this one", Assert.Single(page.FindAll("tr[data-row]")).QuerySelector(".actions")!.TextContent);
        await Button(page, "I have kept them").ClickAsync(new());
        Assert.DoesNotContain(recovery[0], page.Markup);
        Assert.DoesNotContain(OneTimeCodes.TextOf(secret)[..4], page.Markup);
        Assert.Contains("10 of 10 recovery codes are left", page.Markup);
        Assert.Equal(["failed", "failed", "done"], bed.Audit.Notes.Where(n => n is { Who: "someone", Action: "user.change", Target: "user/someone" }).Select(n => n.Result));
    }

    [Fact]
    public async Task Codes_SetUpLeft_AreOffAndTheNextSecretIsAnother()
    {
        await using var bed = new AdminBed(Role.Viewer);
        var page = Open(bed, Account);
        await Button(page, "Set up…").ClickAsync(new());
        var first = SecretOf(page);
        await Button(page, "Cancel").ClickAsync(new());
        Assert.Null(bed.Users.Find("someone")!.Second);
        await Button(page, "Set up…").ClickAsync(new());
        Assert.NotEqual(first, SecretOf(page));
    }

    [Fact]
    public async Task Codes_TurnedOff_NeedPasswordAndCode()
    {
        await using var bed = new AdminBed(Role.Viewer);
        var secret = OneTimeCodes.NewSecret();
        var recovery = bed.Second.TurnOn("someone", secret, CodeOf(bed, secret), bed.Session.Id)!;
        var page = Open(bed, Account);
        await CodesAsync(page, AdminBed.Password, CodeOf(bed, secret));
        Assert.Contains("used already", page.Find("[role=alert]").TextContent);
        await CodesAsync(page, "not the password", recovery[0]);
        Assert.NotNull(bed.Users.Find("someone")!.Second);

        // A wrong password does not use the code up.
        await CodesAsync(page, AdminBed.Password, recovery[0]);
        Assert.Null(bed.Users.Find("someone")!.Second);
        Assert.NotNull(bed.Users.Resolve(bed.Session.Id));
        Assert.Single(page.FindAll("button"), b => b.TextContent == "Set up…");
    }

    [Fact]
    public async Task Codes_Renewed_ReplaceTheRecoveryCodes()
    {
        await using var bed = new AdminBed(Role.Viewer);
        var secret = OneTimeCodes.NewSecret();
        var old = bed.Second.TurnOn("someone", secret, CodeOf(bed, secret), bed.Session.Id)!;
        bed.Time.Advance(TimeSpan.FromMinutes(1));
        var page = Open(bed, Account);
        await FillCodesAsync(page, AdminBed.Password, CodeOf(bed, secret));
        await Button(page, "New recovery codes").ClickAsync(new());
        Assert.DoesNotContain(old[0], page.FindAll(".recovery li").Select(c => c.TextContent));
        Assert.Equal(CodeOutcome.Wrong, bed.Second.Use("someone", old[0]));
    }

    [Fact]
    public async Task Codes_GuessedAtOnALeftPage_AreLimited()
    {
        await using var bed = new AdminBed(Role.Viewer);
        var secret = OneTimeCodes.NewSecret();
        var recovery = bed.Second.TurnOn("someone", secret, CodeOf(bed, secret), bed.Session.Id)!;
        var page = Open(bed, Account);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await CodesAsync(page, AdminBed.Password, "123456");
        }

        await CodesAsync(page, AdminBed.Password, recovery[0]);
        Assert.Equal("Too many attempts. Try again in 15 min.", page.Find("[role=alert]").TextContent);
        Assert.NotNull(bed.Users.Find("someone")!.Second);
    }

    [Fact]
    public async Task Codes_OfSomebodyElse_AreTurnedOffByAnAdminAndPutDown()
    {
        await using var bed = new AdminBed();
        Assert.Null(bed.Users.Add("otto", Secret, Role.Operator));
        var secret = OneTimeCodes.NewSecret();
        Assert.NotNull(bed.Second.TurnOn("otto", secret, CodeOf(bed, secret), null));
        var session = bed.Users.Begin(bed.Users.Find("otto")!, "", "");
        var page = Open(bed, Users);
        Assert.DoesNotContain(Row(page, "root").QuerySelectorAll("button"), b => b.TextContent == "Codes off…");
        var turning = Button(Row(page, "otto"), "Codes off…").ClickAsync(new());
        Assert.NotNull(bed.Users.Find("otto")!.Second);
        bed.Desk.Answer(new Consent(""));
        await turning;
        Assert.Null(bed.Users.Find("otto")!.Second);
        Assert.Null(bed.Users.Resolve(session.Id));
        Assert.Contains(bed.Audit.Notes, n => n is { Who: "root", Action: "user.change", Target: "user/otto", Result: "done" });
    }

    private static byte[] SecretOf(IRenderedComponent<DynamicComponent> page) => Base32Encoding.ToBytes(page.Find("[data-secret]").TextContent.Replace(" ", "", StringComparison.Ordinal));

    private static string CodeOf(AdminBed bed, byte[] secret) => CodesTests.CodeAt(secret, bed.Time.GetUtcNow());

    private static IElement Button(IRenderedComponent<DynamicComponent> page, string text) => page.FindAll("button").Single(b => b.TextContent == text);

    private static async Task FillCodesAsync(IRenderedComponent<DynamicComponent> page, string password, string code)
    {
        await page.FindAll("form")[1].QuerySelectorAll("input")[0].ChangeAsync(new() { Value = password });
        await page.FindAll("form")[1].QuerySelectorAll("input")[1].ChangeAsync(new() { Value = code });
    }

    private static async Task CodesAsync(IRenderedComponent<DynamicComponent> page, string password, string code)
    {
        await FillCodesAsync(page, password, code);
        await page.FindAll("form")[1].SubmitAsync();
    }

    private static IRenderedComponent<DynamicComponent> Open(AdminBed bed, string address)
    {
        Samples.Fill(bed.Api);
        return bed.Open(typeof(Settings), address);
    }

    private static IElement Row(IRenderedComponent<DynamicComponent> page, string name) => page.FindAll("tr[data-row]").Single(r => r.QuerySelector("b")?.TextContent == name);

    private static IElement Button(IElement row, string text) => row.QuerySelectorAll("button").Single(b => b.TextContent == text);

    private static async Task AddAsync(IRenderedComponent<DynamicComponent> page, string name, string password, string role)
    {
        await page.Find("form input[type=text]").ChangeAsync(new() { Value = name });
        await page.Find("form input[type=password]").ChangeAsync(new() { Value = password });
        await page.Find("form select").ChangeAsync(new() { Value = role });
        await page.Find("form").SubmitAsync();
    }

    private static async Task ChangePasswordAsync(IRenderedComponent<DynamicComponent> page, string current, string fresh)
    {
        await page.FindAll("form input")[0].ChangeAsync(new() { Value = current });
        await page.FindAll("form input")[1].ChangeAsync(new() { Value = fresh });
        await page.Find("form").SubmitAsync();
    }
}
