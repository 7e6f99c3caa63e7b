using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Management.Answering;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Management.Audit;
using Chat.Server.Management.Callers;
using Chat.Server.Management.Live;
using Chat.Server.Management.Nodes;
using Chat.Server.Management.Routes;
using Chat.Server.Management.Settings;
using Chat.Server.Management.Stacks;
using Chat.Server.Management.Views;
using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Chat.Server.Management;

internal static class ManagementSetup
{
    /// <summary>The API and the live feed, for the process that speaks for the node; needs <c>AddWorkers</c>, <c>AddHealth</c>, <c>AddNodeMetrics</c> and <c>AddAlerts</c>.</summary>
    public static IHostApplicationBuilder AddManagement(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<ManagementOptions>().BindConfiguration(ManagementOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<IValidateOptions<ManagementOptions>, ManagementOptionsValidator>();
        services.ConfigureHttpJsonOptions(json => ChatJson.Apply(json.SerializerOptions));
        services.AddOpenApi(ApiDescription.Name, ApiDescription.Configure);
        services.AddSingleton<ManagementMeter>();
        services.AddSingleton<CallerBook>();
        services.AddSingleton<CallLimits>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<CallRunner>();
        services.AddSingleton<WorkerSurvey>();
        AddViews(services);
        services.AddSingleton<NodeDesk>();
        services.AddHostedService(s => s.GetRequiredService<NodeDesk>());
        services.AddSingleton<LiveFeed>();
        services.AddHostedService(s => s.GetRequiredService<LiveFeed>());
        services.AddSingleton<IManagementRoutes, SessionRoutes>();
        services.AddSingleton<IManagementRoutes, NodeRoutes>();
        services.AddSingleton<IManagementRoutes, LiveRoutes>();
        services.AddSingleton<IManagementRoutes, WorkerRoutes>();
        services.AddSingleton<IManagementRoutes, StackRoutes>();
        services.AddSingleton<IManagementRoutes, ConnectionRoutes>();
        services.AddSingleton<IManagementRoutes, UserRoutes>();
        services.AddSingleton<IManagementRoutes, ConversationRoutes>();
        services.AddSingleton<IManagementRoutes, LockRoutes>();
        services.AddSingleton<IManagementRoutes, ResendRoutes>();
        services.AddSingleton<IManagementRoutes, DeadLetterRoutes>();
        services.AddSingleton<IManagementRoutes, BlockRoutes>();
        services.AddSingleton<IManagementRoutes, UserTraceRoutes>();
        services.AddSingleton<IManagementRoutes, AlertRoutes>();
        services.AddSingleton<IManagementRoutes, SilenceRoutes>();
        services.AddSingleton<IManagementRoutes, MaintenanceRoutes>();
        services.AddSingleton<IManagementRoutes, ChartRoutes>();
        services.AddSingleton<IManagementRoutes, HealthRoutes>();
        services.AddSingleton<IManagementRoutes, AuditRoutes>();
        services.AddSingleton<IManagementRoutes, SettingRoutes>();
        services.AddSingleton<IManagementRoutes, FaultRoutes>();
        return builder;
    }

    /// <summary>What a process that serves clients answers when the management API asks; needs <c>AddBackplane</c>, <c>AddDelivery</c>, <c>AddPresence</c>, <c>AddSessions</c> and <c>AddStorage</c>.</summary>
    public static IServiceCollection AddManagementAnswers(this IServiceCollection services)
    {
        services.AddSingleton<ConnectionAnswers>();
        services.AddSingleton<ConversationAnswers>();
        services.AddSingleton<MembershipAnswers>();
        services.AddSingleton<TestTopicAnswers>();
        services.AddSingleton<LockAnswers>();
        services.AddSingleton<ResendAnswers>();
        services.AddSingleton<MessageAnswers>();
        services.AddSingleton<MemoryAnswers>();
        services.AddSingleton<DeadLetterAnswers>();
        services.AddSingleton<BlockAnswers>();
        services.AddSingleton<UserTraceAnswers>();
        services.AddSingleton<NodeAnswers>();
        services.AddSingleton<HealthCallerAnswers>();
        services.AddSingleton<NodeSurvey>();
        services.AddHostedService(s => s.GetRequiredService<NodeSurvey>());
        services.Answer<ConnectionAnswers, ConnectionsQuestion, ConnectionsFound>(Questions.Connections, a => a.ListAsync);
        services.Answer<ConnectionAnswers, UsersQuestion, UsersFound>(Questions.Users, a => a.UsersAsync);
        services.Answer<ConnectionAnswers, UserQuestion, UserFound>(Questions.User, a => a.UserAsync);
        services.Answer<ConnectionAnswers, ReturnsQuestion, ReturnsFound>(Questions.Returns, a => a.ReturnsAsync);
        services.Answer<ConnectionAnswers, DisconnectQuestion, Disconnected>(Questions.Disconnect, a => a.DisconnectAsync);
        services.Answer<NodeSurvey, NodesQuestion, NodesFound>(Questions.OtherNodes, a => a.AskAsync);
        services.Answer<NodeAnswers, KnownNodesQuestion, KnownNodes>(Questions.KnownNodes, a => a.ListAsync);
        services.Answer<ConversationAnswers, ConversationsQuestion, Cut<ConversationView>>(Questions.Conversations, a => a.ListAsync);
        services.Answer<ConversationAnswers, ConversationQuestion, ConversationDetail>(Questions.Conversation, a => a.DetailAsync);
        services.Answer<ConversationAnswers, FollowingQuestion, Following>(Questions.Following, a => a.FollowingAsync);
        services.Answer<ConversationAnswers, MembersQuestion, Cut<MemberView>>(Questions.Members, a => a.MembersAsync);
        services.Answer<MembershipAnswers, RemoveMemberQuestion, MemberRemoved>(Questions.RemoveMember, a => a.RemoveAsync);
        services.Answer<LockAnswers, LockQuestion, LockChange>(Questions.Lock, a => a.ChangeAsync);
        services.Answer<ResendAnswers, ResendQuestion, ResendPlace>(Questions.ResendPlace, a => a.RewindAsync);
        services.Answer<ResendAnswers, ResendQuestion, Resending>(Questions.Resend, a => a.SendAsync);
        services.Answer<TestTopicAnswers, ConversationQuestion, TestMessage>(Questions.TestTopic, a => a.PublishAsync);
        services.Answer<MessageAnswers, MessagesQuestion, List<MessageView>>(Questions.Messages, a => a.ListAsync);
        services.Answer<MessageAnswers, RevealQuestion, BodyView>(Questions.Reveal, a => a.RevealAsync);
        services.Answer<MessageAnswers, TraceQuestion, List<MessageTrace>>(Questions.Trace, a => a.TraceAsync);
        services.Answer<MemoryAnswers, RememberedQuestion, Remembered>(Questions.Remembered, a => a.RememberAsync);
        services.Answer<MessageAnswers, UserQuestion, StoredUser>(Questions.StoredUser, a => a.UserAsync);
        services.Answer<DeadLetterAnswers, LettersQuestion, Cut<DeadLetterView>>(Questions.Letters, a => a.ListAsync);
        services.Answer<DeadLetterAnswers, LetterGroupsQuestion, DeadLetterGroup[]>(Questions.LetterGroups, a => a.GroupsAsync);
        services.Answer<DeadLetterAnswers, LetterActQuestion, DeadLetterResult>(Questions.LetterAct, a => a.ActAsync);
        services.Answer<BlockAnswers, BlocksQuestion, Cut<BlockView>>(Questions.Blocks, a => a.ListAsync);
        services.Answer<BlockAnswers, BlockQuestion, BlockChange>(Questions.Block, a => a.BlockAsync);
        services.Answer<BlockAnswers, UnblockQuestion, BlockChange>(Questions.Unblock, a => a.UnblockAsync);
        services.Answer<UserTraceAnswers, UserTraceOrder, UserTraceStarted>(Questions.UserTraceStart, a => a.StartAsync);
        services.Answer<UserTraceAnswers, UserQuestion, UserTraceEnded>(Questions.UserTraceStop, a => a.StopAsync);
        services.Answer<UserTraceAnswers, UserQuestion, UserTraceFound>(Questions.UserTrace, a => a.ReadAsync);
        services.Answer<HealthCallerAnswers, HealthCallersQuestion, List<HealthCallerView>>(Questions.HealthCallers, a => a.ListAsync);
        return services;
    }

    public static void MapManagement(this WebApplication app)
    {
        app.UseStrayCalls();
        var runner = app.Services.GetRequiredService<CallRunner>();
        var map = new ManagementMap(app, runner);
        foreach (var routes in app.Services.GetServices<IManagementRoutes>())
        {
            routes.Map(map);
        }

        app.MapGet(ManagementRoutes.OpenApi, (HttpContext context) => runner.StreamAsync(context, DescribeAsync))
            .ExcludeFromDescription()
            .AllowAnonymous()
            .OnManagementPort();
    }

    /// <summary>Only who has a key (or is this machine, where there is none) gets in.</summary>
    public static TBuilder ForViewers<TBuilder>(this TBuilder endpoints, IServiceProvider services)
        where TBuilder : IEndpointConventionBuilder
    {
        var runner = services.GetRequiredService<CallRunner>();
        endpoints.Add(endpoint =>
        {
            var inner = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context => runner.StreamAsync(context, _ => inner(context));
        });
        return endpoints;
    }

    private static void AddViews(IServiceCollection services)
    {
        services.AddSingleton<WorkerViews>();
        services.AddSingleton<AlertViews>();
        services.AddSingleton<HealthViews>();
        services.AddSingleton<HealthCallerViews>();
        services.AddSingleton<NodeStart>();
        services.AddHostedService(s => s.GetRequiredService<NodeStart>());
        services.AddSingleton<EventViews>();
        services.AddSingleton<QueueViews>();
        services.AddSingleton<DependencyViews>();
        services.AddSingleton<OverviewBuilder>();
        services.AddSingleton<SettingsFile>();
        services.AddSingleton<SettingChanges>();
        services.AddHostedService(s => s.GetRequiredService<SettingChanges>());
        services.AddSingleton<ChangedRules>();
        services.AddSingleton<SettingsBook>();
        services.AddSingleton<LogLevelDesk>();
        services.AddSingleton<FaultDesk>();
        services.AddSingleton<MaintenanceDesk>();
        services.AddHostedService(s => s.GetRequiredService<MaintenanceDesk>());
        services.AddSingleton<IStackReader, CreateDump>();
        services.AddSingleton<StackDesk>();
    }

    private static void Answer<TService, TQuestion, TAnswer>(
        this IServiceCollection services, string name, Func<TService, Func<TQuestion, CancellationToken, Task<Reply<TAnswer>>>> answer)
        where TService : notnull =>
        services.AddSingleton<IWorkerAnswerer>(s => new WorkerAnswerer<TQuestion, TAnswer>(name, answer(s.GetRequiredService<TService>()), s.GetRequiredService<TimeProvider>()));

    private static async Task DescribeAsync(ManagementCall call)
    {
        var provider = call.Context.RequestServices.GetRequiredKeyedService<IOpenApiDocumentProvider>(ApiDescription.Name);
        var document = await provider.GetOpenApiDocumentAsync(call.TimeUp);
        call.Context.Response.ContentType = "application/json";
        ManagementAnswers.Harden(call.Context);
        var text = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, call.TimeUp);
        await call.Context.Response.WriteAsync(text, call.TimeUp);
    }
}
