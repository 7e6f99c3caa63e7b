namespace Chat.Contracts.Management;

/// <summary>Where the management API's answers are. Parts in braces are ids, percent-encoded. Every POST takes a JSON object, which may be empty.</summary>
public static class ManagementRoutes
{
    /// <summary>Before all of them.</summary>
    public const string Root = "/api/manage";

    /// <summary>GET <see cref="WhoAmI"/>. Viewer.</summary>
    public const string Me = Root + "/me";

    /// <summary>GET <see cref="Management.Overview"/>. Viewer.</summary>
    public const string Overview = Root + "/overview";

    /// <summary>GET server-sent events (<see cref="LiveEvents"/>). Viewer.</summary>
    public const string Live = Root + "/live";

    /// <summary>GET a list of <see cref="NodeEvent"/>, newest first, at most 200. Viewer.</summary>
    public const string Events = Root + "/events";

    /// <summary>GET <see cref="NodesAnswer"/>. Viewer.</summary>
    public const string Nodes = Root + "/nodes";

    /// <summary>GET <see cref="WorkersAnswer"/>. Viewer.</summary>
    public const string Workers = Root + "/workers";

    /// <summary>GET <see cref="WorkerDetail"/>. Viewer.</summary>
    public const string Worker = Workers + "/{id}";

    /// <summary>POST <see cref="WorkerActionRequest"/> → <see cref="ActionResult"/>: drains it, then starts it again. Operator.</summary>
    public const string WorkerRestart = Worker + "/restart";

    /// <summary>POST <see cref="WorkerActionRequest"/> → <see cref="ActionResult"/>: drains it, then it stays down. Operator.</summary>
    public const string WorkerDrain = Worker + "/drain";

    /// <summary>POST <see cref="WorkerActionRequest"/> → <see cref="ActionResult"/>: as drain, without giving clients time. Operator.</summary>
    public const string WorkerStop = Worker + "/stop";

    /// <summary>POST <see cref="WorkerActionRequest"/> → <see cref="ActionResult"/>: starts a stopped or failed one, ends a back-off. Operator.</summary>
    public const string WorkerStart = Worker + "/start";

    /// <summary>POST <see cref="WorkerActionRequest"/> → <see cref="ActionResult"/>: ends its process without a word, as a crash would; in Development only. Admin.</summary>
    public const string WorkerKill = Worker + "/kill";

    /// <summary>GET <see cref="StacksAnswer"/>: the stacks taken last; POST <see cref="WorkerActionRequest"/> → <see cref="ActionResult"/>: takes them anew. Admin.</summary>
    public const string WorkerStacks = Worker + "/stacks";

    /// <summary>POST <see cref="WorkerActionRequest"/> → <see cref="ActionResult"/>: restarts all, one after the other. Admin.</summary>
    public const string RestartAll = Root + "/workers-restart";

    /// <summary>GET a page of <see cref="ConnectionView"/>; sort by <c>user</c>, <c>connectedAt</c>, <c>unacknowledged</c>, <c>pendingWrites</c>, <c>roundTrip</c>, <c>worker</c>; filter <c>q</c> (user, device, beginning of the id; for operators also address), <c>user</c>, <c>worker</c>, <c>transport</c>, <c>slow</c>. Viewer.</summary>
    public const string Connections = Root + "/connections";

    /// <summary>POST <see cref="ReasonRequest"/> (required) → <see cref="ActionResult"/>. Operator.</summary>
    public const string ConnectionDisconnect = Connections + "/{id}/disconnect";

    /// <summary>GET a page of <see cref="UserView"/>: users online, or with <c>state=grace</c> those who lost their last connection less than the grace ago; sort by <c>id</c>, <c>connections</c>, <c>pending</c>, <c>unacknowledged</c>, <c>onlineSince</c>; filter <c>q</c>, <c>state</c>. Viewer.</summary>
    public const string Users = Root + "/users";

    /// <summary>GET <see cref="UserDetail"/>. Viewer.</summary>
    public const string User = Users + "/{id}";

    /// <summary>POST <see cref="ReasonRequest"/> (required) → <see cref="ActionResult"/>: closes all their connections. Operator.</summary>
    public const string UserDisconnect = User + "/disconnect";

    /// <summary>POST <see cref="BlockRequest"/> → <see cref="ActionResult"/>: they may not connect. Admin.</summary>
    public const string UserBlock = User + "/block";

    /// <summary>POST <see cref="ReasonRequest"/> → <see cref="ActionResult"/>. Admin.</summary>
    public const string UserUnblock = User + "/unblock";

    /// <summary>POST <see cref="UserTraceRequest"/> → <see cref="ActionResult"/>: notes what their connections do, for ten minutes at most. GET <see cref="UserTrace"/>; filter <c>scope</c>. Operator.</summary>
    public const string UserTrace = User + "/trace";

    /// <summary>POST → <see cref="ActionResult"/>: ends it; what was noted can be read for ten minutes more. Operator.</summary>
    public const string UserTraceStop = UserTrace + "/stop";

    /// <summary>GET a page of <see cref="BlockView"/>; filter <c>q</c>. Viewer.</summary>
    public const string Blocks = Root + "/blocks";

    /// <summary>GET a page of <see cref="ConversationView"/>; sort by <c>updatedAt</c>, <c>createdAt</c>, <c>head</c>, <c>id</c>; filter <c>q</c> (id or beginning of the title), <c>kind</c>, <c>policy</c>, <c>locked</c>, <c>member</c>; <c>with</c> (<see cref="ConversationExtras"/>, with commas between). Viewer.</summary>
    public const string Conversations = Root + "/conversations";

    /// <summary>GET <see cref="ConversationDetail"/>. Viewer.</summary>
    public const string Conversation = Conversations + "/{id}";

    /// <summary>POST <see cref="ReasonRequest"/> (required) → <see cref="ActionResult"/>: nothing can be sent to it; it can be read. Operator.</summary>
    public const string ConversationLock = Conversation + "/lock";

    /// <summary>POST <see cref="ReasonRequest"/> → <see cref="ActionResult"/>: opens it again. Operator.</summary>
    public const string ConversationUnlock = Conversation + "/unlock";

    /// <summary>GET a page of <see cref="MemberView"/>; sort by <c>user</c>, <c>lag</c>, <c>joinedSeq</c>; filter <c>q</c>. Viewer.</summary>
    public const string ConversationMembers = Conversation + "/members";

    /// <summary>POST <see cref="ReasonRequest"/>, answers <see cref="ActionResult"/>. Ends a group member's membership, as its owner could. Admin.</summary>
    public const string MemberRemove = ConversationMembers + "/{user}/remove";

    /// <summary>POST <see cref="ResendRequest"/> → <see cref="ActionResult"/>: what follows from a seq on is sent to all their devices once more. Operator.</summary>
    public const string MemberResend = ConversationMembers + "/{user}/resend";

    /// <summary>
    /// POST <see cref="ReasonRequest"/>, answers <see cref="TestMessage"/>. Publishes <c>{"text":…,"test":true}</c> as <c>$operator</c> to a durable topic that exists and whose
    /// name begins with <c>test</c>; a reason may be left out. Admin.
    /// </summary>
    public const string TopicTest = Conversation + "/test";

    /// <summary>GET a stretch of <see cref="MessageView"/> by <c>before</c> (a seq) and <c>limit</c>. Viewer.</summary>
    public const string ConversationMessages = Conversation + "/messages";

    /// <summary>POST <see cref="ReasonRequest"/> (required) → <see cref="BodyView"/>. Admin.</summary>
    public const string MessageReveal = ConversationMessages + "/{seq}/reveal";

    /// <summary>GET <see cref="MessageTraces"/> by the message's id. Viewer.</summary>
    public const string MessageTrace = Root + "/messages/{id}";

    /// <summary>GET <see cref="QueueAnswer"/>. Viewer.</summary>
    public const string Queue = Root + "/queue";

    /// <summary>GET a page of <see cref="QueueUserView"/>; sort by <c>pending</c>, <c>inFlight</c>, <c>oldestSeconds</c>, <c>user</c>; filter <c>q</c>. Viewer.</summary>
    public const string QueueUsers = Queue + "/users";

    /// <summary>GET a page of <see cref="DeadLetterView"/>; sort by <c>at</c>, <c>user</c>, <c>attempts</c>; filter <c>user</c>, <c>conversation</c>, <c>reason</c>. Viewer.</summary>
    public const string DeadLetters = Root + "/dead-letters";

    /// <summary>GET a list of <see cref="DeadLetterGroup"/>, largest first, at most 100. Viewer.</summary>
    public const string DeadLetterGroups = Root + "/dead-letters-groups";

    /// <summary>POST <see cref="DeadLetterRequest"/> → <see cref="DeadLetterResult"/>. Operator.</summary>
    public const string DeadLetterReplay = DeadLetters + "/replay";

    /// <summary>POST <see cref="DeadLetterRequest"/> → <see cref="DeadLetterResult"/>; with a reason. Admin.</summary>
    public const string DeadLetterDiscard = DeadLetters + "/discard";

    /// <summary>GET <see cref="AlertsAnswer"/>. Viewer.</summary>
    public const string Alerts = Root + "/alerts";

    /// <summary>GET <see cref="AlertHistoryAnswer"/>; filter <c>since</c>, <c>until</c> (when they ended), <c>rule</c>. Viewer.</summary>
    public const string AlertHistory = Root + "/alerts-history";

    /// <summary>POST <see cref="AcknowledgeRequest"/> → <see cref="ActionResult"/>. Operator.</summary>
    public const string AlertAcknowledge = Alerts + "/{id}/acknowledge";

    /// <summary>POST → <see cref="ActionResult"/>. Operator.</summary>
    public const string AlertUnacknowledge = Alerts + "/{id}/unacknowledge";

    /// <summary>POST <see cref="SilenceRequest"/> → <see cref="SilenceResult"/>. Operator.</summary>
    public const string Silences = Root + "/silences";

    /// <summary>POST → <see cref="ActionResult"/>. Operator.</summary>
    public const string SilenceExpire = Silences + "/{id}/expire";

    /// <summary>POST <see cref="RuleRequest"/> → <see cref="ActionResult"/>. Admin.</summary>
    public const string Rule = Root + "/rules/{id}";

    /// <summary>POST → <see cref="ActionResult"/>: as configured. Admin.</summary>
    public const string RuleReset = Rule + "/reset";

    /// <summary>GET a list of <see cref="ChannelCard"/>: each channel with an example of what it sends. Viewer.</summary>
    public const string Channels = Root + "/channels";

    /// <summary>POST → <see cref="ActionResult"/>: sends a trial notification. Operator.</summary>
    public const string ChannelTest = Root + "/channels/{id}/test";

    /// <summary>POST <see cref="MaintenanceRequest"/> → <see cref="ActionResult"/>. Admin. Only the gravest alerts are told, and <c>/ready</c> says no, until it is ended.</summary>
    public const string Maintenance = Root + "/maintenance";

    /// <summary>POST <see cref="FaultRequest"/> → <see cref="ActionResult"/>: pretends a loss (<see cref="FaultIds"/>) in all workers for a while, again: anew; in Development only. Admin.</summary>
    public const string Fault = Root + "/faults/{id}";

    /// <summary>POST <see cref="ReasonRequest"/> → <see cref="ActionResult"/>: ends it now; in Development only. Admin.</summary>
    public const string FaultEnd = Fault + "/end";

    /// <summary>GET <see cref="HealthAnswer"/>. Viewer.</summary>
    public const string Health = Root + "/health";

    /// <summary>GET <see cref="HealthCallersAnswer"/>: who asked <c>/health</c>, <c>/health/ui</c>, <c>/ready</c> and <c>/live</c> within the hour. Viewer.</summary>
    public const string HealthCallers = Health + "/callers";

    /// <summary>GET what HealthChecks UI's own API answers. Viewer.</summary>
    public const string HealthChecksApi = "/healthchecks-api";

    /// <summary>GET <see cref="ChartList"/>. Viewer.</summary>
    public const string Charts = Root + "/charts";

    /// <summary>GET <see cref="ChartAnswer"/> by <c>range</c>; <c>previous=true</c> for the time of the same length before. Viewer.</summary>
    public const string Chart = Charts + "/{id}";

    /// <summary>GET what <c>/metrics</c> tells, in Prometheus' text; for who has a key instead of its token. Viewer.</summary>
    public const string Metrics = Root + "/metrics";

    /// <summary>GET a stretch of <see cref="AuditEntry"/> by <c>before</c> and <c>limit</c>; filter <c>actor</c>, <c>action</c> (a beginning), <c>object</c> (a beginning), <c>result</c>, <c>since</c>, <c>until</c>. POST <see cref="AuditNote"/> → <see cref="ActionResult"/>. Admin.</summary>
    public const string Audit = Root + "/audit";

    /// <summary>GET <see cref="AuditVerification"/>. Admin.</summary>
    public const string AuditVerify = Audit + "/verify";

    /// <summary>GET <see cref="SettingsAnswer"/>. Viewer (without values).</summary>
    public const string Settings = Root + "/settings";

    /// <summary>GET <see cref="AboutAnswer"/>: version, commit, runtime, and the packages with their licences. Admin.</summary>
    public const string About = Root + "/about";

    /// <summary>POST <see cref="LogLevelRequest"/> → <see cref="ActionResult"/>. Admin.</summary>
    public const string LogLevel = Settings + "/log-level";

    /// <summary>POST <see cref="SettingRequest"/> → <see cref="ActionResult"/>: changes a setting of this node while it runs, over restarts. Admin.</summary>
    public const string SettingChange = Settings + "/change";

    /// <summary>GET the OpenAPI document. Viewer.</summary>
    public const string OpenApi = "/openapi/management.json";
}
