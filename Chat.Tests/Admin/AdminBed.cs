using System.Security.Claims;
using System.Text.Json;
using Bunit;
using Chat.Admin;
using Chat.Admin.Access;
using Chat.Admin.Access.Codes;
using Chat.Admin.Live;
using Chat.Admin.Parts.Dialogs;
using Chat.Admin.Parts.Tables;
using Chat.Admin.ServerApi;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Radzen;

namespace Chat.Tests.Admin;

/// <summary>The console's pages without a browser and without a server: a fake API, a signed-in user of the role that is asked for.</summary>
internal sealed class AdminBed : BunitContext
{
    public const string Password = "a horse and a battery";

    private readonly SignedIn _signedIn;

    static AdminBed() => DefaultWaitTimeout = Eventually.Patience;

    public AdminBed(Role role = Role.Admin, params string[] nodes)
    {
        Api = new FakeServerApi(nodes);
        var options = Options.Create(new AdminOptions { Folder = TestRun.NewFolder("console") });
        Users = new UserBook(options, Time, iterations: 1);
        Second = new SecondFactors(Users, new EphemeralDataProtectionProvider(), Time, NullLogger<SecondFactors>.Instance);
        Assert.Null(Users.Add("root", Password, Role.Admin));
        if (role is not Role.Admin)
        {
            Assert.Null(Users.Add("someone", Password, role));
        }

        var user = Users.Find(role is Role.Admin ? "root" : "someone")!;
        Session = Users.Begin(user, "127.0.0.x", "test");
        Sampler = new Sampler(Api, Time, NullLogger<Sampler>.Instance);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddSingleton(options);
        Services.AddSingleton(Users);
        Services.AddSingleton<IServerApi>(Api);
        Services.AddSingleton(Sampler);
        Services.AddSingleton<IAuditTrail>(Audit);
        Services.AddSingleton<SharedReads>();
        Services.AddSingleton<Fleet>();
        Services.AddSingleton<Charts>();
        Services.AddSingleton<IHostEnvironment>(Hosting);
        Services.AddSingleton<IConfiguration>(Configuration);
        Services.AddSingleton<AuthenticationStateProvider>(_signedIn = new(Actor.PrincipalOf(user, Session, "test")));
        Services.AddScoped<Viewer>();
        Services.AddScoped<NotificationService>();
        Services.AddScoped<DialogDesk>();
        Services.AddScoped<ColumnChoice>();
        Services.AddScoped<Actions>();
        Services.AddScoped<WorkerActions>();
        Services.AddScoped<FaultActions>();
        Services.AddScoped<AlertActions>();
        Services.AddScoped<UserActions>();
        Services.AddScoped<ConversationActions>();
        Services.AddScoped<MessageActions>();
        Services.AddScoped<SettingActions>();
        Services.AddScoped<UserAdmin>();
        Services.AddSingleton<SignInLimiter>();
        Services.AddSingleton(Second);
        Services.AddScoped<AntiforgeryStateProvider, NoAntiforgery>();
        Services.AddCascadingAuthenticationState();
        Services.AddSupplyValueFromQueryProvider();
    }

    public FakeServerApi Api { get; }

    public ManualTimeProvider Time { get; } = new();

    public UserBook Users { get; }

    public SecondFactors Second { get; }

    public ConsoleSession Session { get; }

    public Sampler Sampler { get; }

    public HostingEnvironment Hosting { get; } = new() { EnvironmentName = Environments.Production };

    public ConfigurationManager Configuration { get; } = new();

    public RecordedAudit Audit { get; } = new();

    public Viewer Viewer => Services.GetRequiredService<Viewer>();

    public DialogDesk Desk => Services.GetRequiredService<DialogDesk>();

    /// <summary>What the live feed of a node tells.</summary>
    public void Tell(Overview overview, string node = "node-1")
    {
        Sampler.Take(node, new LiveEvent(LiveEvents.Snapshot, JsonSerializer.Serialize(overview, ChatJson.Options)));
        Sampler.Compose();
    }

    /// <summary>A picture as the sampler's clock makes one, told to all who listen.</summary>
    public void Push() => Sampler.Tell();

    /// <summary>What the guard of open pages says when a session is no longer good.</summary>
    public void EndSession() => _signedIn.End();

    /// <summary>A page at its address.</summary>
    public IRenderedComponent<DynamicComponent> Open(Type page, string address, string? id = null)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        Viewer.Actor = new Actor(Session.User, Users.Find(Session.User)!.Role, Session.Id, "127.0.0.x");
        Viewer.CatchUp();
        return Render<DynamicComponent>(p => p
            .Add(d => d.Type, page)
            .Add(d => d.Parameters, id is null ? [] : new Dictionary<string, object> { ["Id"] = id }));
    }

    internal sealed class RecordedAudit : IAuditTrail
    {
        public List<(string Who, string Action, string Target, string Result)> Notes { get; } = [];

        public List<AuditChange> Changes { get; } = [];

        public void Record(AuditActor who, string action, string target, string result, string? reason = null, AuditChange? change = null)
        {
            lock (Notes)
            {
                Changes.AddRange(change is null ? [] : [change]);
                Notes.Add((who.Name, action, target, result));
            }
        }
    }

    internal sealed class NoAntiforgery : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken? GetAntiforgeryToken() => null;
    }

    private sealed class SignedIn(ClaimsPrincipal user) : AuthenticationStateProvider
    {
        private ClaimsPrincipal _user = user;

        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(_user));

        public void End()
        {
            _user = new(new ClaimsIdentity());
            NotifyAuthenticationStateChanged(GetAuthenticationStateAsync());
        }
    }
}
