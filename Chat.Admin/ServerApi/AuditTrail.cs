using System.Threading.Channels;
using Chat.Admin.Access;
using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>
/// Notes wait here until a node takes them: signing in must work while the servers are away. What finds no room, or is left when
/// the console ends, is in the log at least.
/// </summary>
internal sealed partial class AuditTrail(IServerApi api, TimeProvider time, ILogger<AuditTrail> logger) : BackgroundService, IAuditTrail
{
    private const int MostWaiting = 1000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Channel<Note> _notes = Channel.CreateBounded<Note>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Record(AuditActor who, string action, string target, string result, string? reason = null, AuditChange? change = null)
    {
        Log.Noted(logger, action, target, result, who.Name, who.Role, who.Address);
        _notes.Writer.TryWrite(new(who, new AuditNote { Action = action, Object = target, Result = result, Reason = reason, Before = change?.Before, After = change?.After }));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var note in _notes.Reader.ReadAllAsync(stoppingToken))
            {
                while (!await SendAsync(note, stoppingToken))
                {
                    await Task.Delay(Pause, time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The console ends.
        }
    }

    /// <summary>True when a node took it, or refuses it for ever.</summary>
    private async Task<bool> SendAsync(Note note, CancellationToken cancellationToken)
    {
        var role = Enum.TryParse<Role>(note.Who.Role, ignoreCase: true, out var known) ? known : Role.Viewer;
        var actor = new Actor(note.Who.Name.Length > 0 ? note.Who.Name : "(nobody)", role, "", note.Who.Address);
        foreach (var node in api.Nodes)
        {
            var reply = await api.PostAsync<ActionResult>(node, ManagementRoutes.Audit, note.What, actor, cancellationToken);
            if (reply.Value is not null)
            {
                return true;
            }

            if (reply.Error is { Retryable: false } error)
            {
                Log.NoteRefused(logger, note.What.Action, node, error.Code);
                return true;
            }
        }

        return false;
    }

    private sealed record Note(AuditActor Who, AuditNote What);

    private static partial class Log
    {
        [LoggerMessage(4020, LogLevel.Information, "{Action} {Target}: {Result} ({Name}, {Role}, {Address})", EventName = "Noted")]
        public static partial void Noted(ILogger logger, string action, string target, string result, string name, string role, string address);

        [LoggerMessage(4021, LogLevel.Warning, "The audit log of {Node} does not take {Action}: {Code}", EventName = "NoteRefused")]
        public static partial void NoteRefused(ILogger logger, string? action, string node, string code);
    }
}
