using Chat.Contracts;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Delivery.Traces;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Hubs;

/// <summary>Counts the calls of a connection, and notes what those of a traced user do, around the hub. For everybody else it passes calls on and nothing more.</summary>
internal sealed class TracedCalls(UserTraces traces, TimeProvider time) : IHubFilter
{
    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        invocationContext.Context.Features.Get<ConnectionTraffic>()?.Call();

        // An acknowledgement is noted where it counts.
        return traces.IsTraced(invocationContext.Context.UserIdentifier) && invocationContext.HubMethodName != nameof(ChatHub.Ack)
            ? TraceAsync(invocationContext, next)
            : next(invocationContext);
    }

    public Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        if (traces.IsTraced(context.Context.UserIdentifier))
        {
            traces.Note(context.Context.UserIdentifier, Of(TracedKind.Connected, context.Context));
        }

        return next(context);
    }

    public Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        if (traces.IsTraced(context.Context.UserIdentifier))
        {
            // The type alone: an exception's text may have anything in it.
            traces.Note(context.Context.UserIdentifier, Of(TracedKind.Disconnected, context.Context) with { Code = exception?.GetType().Name });
        }

        return next(context, exception);
    }

    private async ValueTask<object?> TraceAsync(HubInvocationContext context, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var began = time.GetTimestamp();
        var note = Of(TracedKind.Called, context.Context) with { Call = context.HubMethodName, Conversation = ConversationOf(context.HubMethodArguments) };
        try
        {
            // Begun before anything is awaited, as without a trace: calls keep their order.
            var result = await next(context);
            note = result switch
            {
                Receipt { Ok: true } receipt => note with { Conversation = receipt.Conversation ?? note.Conversation, First = receipt.Seq ?? 0, Last = receipt.Seq ?? 0, Message = receipt.Id, Code = receipt.Status },
                Receipt receipt => note with { Message = receipt.Id, Code = receipt.Error?.Code },
                Result { Ok: false } refused => note with { Code = refused.Error?.Code },
                _ => note,
            };
            return result;
        }
        catch (Exception e)
        {
            note = note with { Code = e.GetType().Name };
            throw;
        }
        finally
        {
            traces.Note(context.Context.UserIdentifier, note with { Milliseconds = time.GetElapsedTime(began).TotalMilliseconds });
        }
    }

    private static TraceNote Of(TracedKind kind, HubCallerContext context) => new(kind, ConnectionLife.DeviceOf(context.GetHttpContext()), context.ConnectionId);

    private static string? ConversationOf(IReadOnlyList<object?> arguments) => arguments is not [{ } request, ..] ? null : request switch
    {
        SendRequest send => send.Conversation,
        EditRequest edit => edit.Conversation,
        DeleteRequest delete => delete.Conversation,
        ReactRequest react => react.Conversation,
        HistoryRequest history => history.Conversation,
        MarkReadRequest mark => mark.Conversation,
        TypingRequest typing => typing.Conversation,
        AddMembersRequest add => add.Conversation,
        RemoveMemberRequest remove => remove.Conversation,
        LeaveRequest leave => leave.Conversation,
        _ => null,
    };
}
