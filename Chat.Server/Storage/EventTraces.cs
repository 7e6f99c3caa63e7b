using System.Diagnostics;

namespace Chat.Server.Storage;

/// <summary>
/// Carries a call's trace beyond the call: what is done with its event afterwards, here and in other processes, are spans of the same trace with the
/// message's id. Only sampled calls are carried, so an event of any other costs nothing; nor does a step that nobody listens to.
/// </summary>
internal static class EventTraces
{
    public const string SourceName = "Chat.Messages";
    public const string MessageId = "chat.message.id";
    public const string Conversation = "chat.conversation.id";
    public const string EventCount = "chat.event.count";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>What an event is to carry of the present call; null when nobody records it.</summary>
    public static string? Current => Activity.Current is { Recorded: true } call ? call.Id : null;

    /// <summary>Names the present call's span for the message.</summary>
    public static void Name(string? id) => Activity.Current?.SetTag(MessageId, id);

    /// <summary>Something was done with the event, from then until now.</summary>
    public static void Done(string name, LogEvent e, DateTimeOffset since, ActivityKind kind = ActivityKind.Internal)
    {
        if (e.TraceParent is not null && ActivityContext.TryParse(e.TraceParent, null, out var call))
        {
            using var span = Source.StartActivity(name, kind, call, startTime: since);
            span?.SetTag(MessageId, e.Id);
        }
    }

    /// <summary>Something was done with each of the events, from then until now.</summary>
    public static void Done(string name, ReadOnlySpan<LogEvent> events, DateTimeOffset since, ActivityKind kind = ActivityKind.Internal)
    {
        foreach (var e in events)
        {
            Done(name, e, since, kind);
        }
    }

    /// <summary>A step of the present call that reads a conversation's log; null when nobody records it.</summary>
    public static Activity? StartRead(string conversation) => Source.StartActivity("read")?.SetTag(Conversation, conversation);

    /// <summary>A connection is served from the log, which no call asks for: a trace of its own; null when nobody records it.</summary>
    public static Activity? StartCatchUp(string conversation)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        Activity.Current = null; // Whatever woke the loop is not what it works for.
        return Source.StartActivity("catch_up")?.SetTag(Conversation, conversation);
    }

    /// <summary>What came of a step.</summary>
    public static void Found(this Activity? step, int events) => step?.SetTag(EventCount, events);

    /// <summary>What a step ended with instead.</summary>
    public static void Failed(this Activity? step, Exception error) => step?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error.GetType().FullName);
}
