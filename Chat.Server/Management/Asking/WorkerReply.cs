using System.Text.Json;

namespace Chat.Server.Management.Asking;

/// <summary>What a worker sends back: a value or the code of why there is none.</summary>
internal sealed record WorkerReply(JsonElement? Value, string? Code, string? Message);

internal static class Questions
{
    public const string Connections = "manage.connections";
    public const string Users = "manage.users";
    public const string User = "manage.user";
    public const string Returns = "manage.returns";
    public const string Disconnect = "manage.disconnect";
    public const string OtherNodes = "manage.other-nodes";
    public const string KnownNodes = "manage.known-nodes";
    public const string Conversations = "manage.conversations";
    public const string Conversation = "manage.conversation";
    public const string Members = "manage.members";
    public const string TestTopic = "manage.test-topic";
    public const string RemoveMember = "manage.remove-member";
    public const string Lock = "manage.lock";
    public const string ResendPlace = "manage.resend-place";
    public const string Resend = "manage.resend";
    public const string Messages = "manage.messages";
    public const string Reveal = "manage.reveal";
    public const string Trace = "manage.trace";
    public const string Remembered = "manage.remembered";
    public const string Following = "manage.following";
    public const string StoredUser = "manage.stored-user";
    public const string Letters = "manage.letters";
    public const string LetterGroups = "manage.letter-groups";
    public const string LetterAct = "manage.letter-act";
    public const string Blocks = "manage.blocks";
    public const string Block = "manage.block";
    public const string Unblock = "manage.unblock";
    public const string UserTraceStart = "manage.user-trace-start";
    public const string UserTraceStop = "manage.user-trace-stop";
    public const string UserTrace = "manage.user-trace";
    public const string HealthCallers = "manage.health-callers";
}
