using System.Net;
using System.Text.RegularExpressions;
using Chat.Admin.Access;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Admin;

/// <summary>The cookie names a session; how long it is good is the session's.</summary>
public sealed partial class SessionCookieTests : IAsyncLifetime
{
    private readonly Uri _address = new($"http://127.0.0.1:{FreePort.Next()}");
    private readonly ManualTimeProvider _time = new();
    private readonly HttpClient _http;
    private WebApplication _app = null!;

    public SessionCookieTests() => _http = new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = _address };

    private UserBook Users => _app.Services.GetRequiredService<UserBook>();

    public async Task InitializeAsync()
    {
        _app = Chat.Admin.Program.Build(
            [$"--urls={_address}", $"--Admin:Folder={TestRun.NewFolder("console")}", "--environment=Development", "--Management:Url=http://127.0.0.1:9"],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton<TimeProvider>(_time);
            });
        Assert.Null(Users.Add("otto", AdminBed.Password, Role.Operator, onlyTheFirst: true));
        await _app.StartAsync();
        var token = Token().Match(await _http.GetStringAsync("admin/login")).Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("name", "otto"), new("password", AdminBed.Password), new("__RequestVerificationToken", token)]);
        using var signedIn = await _http.PostAsync("admin/account/sign-in", form);
        Assert.Equal("/admin", signedIn.Headers.Location?.ToString());
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Page_WorkedWithForHours_IsLetInAgain()
    {
        var session = Users.SessionsOf("otto").Single().Id;
        for (var i = 0; i < 9; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(20));
            Users.Touch(session);
        }

        Assert.Equal(HttpStatusCode.OK, await LoadAsync("admin/denied"));

        // Being loaded is use as well.
        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.OK, await LoadAsync("admin/denied"));
    }

    [Fact]
    public async Task Page_LeftAlone_LeadsToTheSignIn()
    {
        // What a page asks for by itself keeps nobody in.
        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(HttpStatusCode.NoContent, await LoadAsync("admin/alive"));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.Redirect, await LoadAsync("admin/denied"));
    }

    [Fact]
    public async Task Page_ThatIsNone_LeadsToTheOneThatSaysSo_AndStrangersAreSentToTheSignIn()
    {
        using var none = await _http.GetAsync("admin/nowhere/at?all=1");
        using var answer = await _http.GetAsync(none.Headers.Location);
        Assert.Contains("There is no such page.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var stranger = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = _address };
        using var sent = await stranger.GetAsync("admin/nowhere");
        Assert.StartsWith($"{_address}admin/login?to=", sent.Headers.Location?.OriginalString, StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> LoadAsync(string path)
    {
        using var answer = await _http.GetAsync(path);
        return answer.StatusCode;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
