using System.Diagnostics;

namespace Chat.Server.Storage;

/// <summary>
/// Carries a call's trace beyond the call: the commit and the delivery of its event are spans of the same trace, with the message's id. Only sampled calls
/// are carried, so an event of any other costs nothing.
/// </summary>
internal static class EventTraces
{
    public const string SourceName = "Chat.Messages";
    public const string MessageId = "chat.message.id";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>What an event is to carry of the present call; null when nobody records it.</summary>
    public static string? Current => Activity.Current is { Recorded: true } call ? call.Id : null;

    /// <summary>Names the present call's span for the message.</summary>
    public static void Name(string? id) => Activity.Current?.SetTag(MessageId, id);

    /// <summary>Something was done with the event, from then until now.</summary>
    public static void Done(string name, LogEvent e, DateTimeOffset since)
    {
        if (e.TraceParent is not null && ActivityContext.TryParse(e.TraceParent, null, out var call))
        {
            using var span = Source.StartActivity(name, ActivityKind.Internal, call, startTime: since);
            span?.SetTag(MessageId, e.Id);
        }
    }
}
