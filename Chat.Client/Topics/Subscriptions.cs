using System.Text.Json;
using Chat.Client.Connecting;
using Chat.Client.Receiving;
using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Chat.Client.Topics;

/// <summary>
/// The topics that the application follows. A subscription that is not durable ends with its connection, so each new one
/// asks again, from the last event taken in.
/// </summary>
internal sealed partial class Subscriptions(ChatClientOptions options, Inbox inbox, Action<Notice> announce, Func<double> random)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SubscribeRequest> _active = new(StringComparer.Ordinal);
    private readonly BackOff _backOff = new(options.BackOffBase, options.BackOffCap);
    private readonly ILogger _logger = options.LoggerFactory.CreateLogger<Subscriptions>();

    public static string ConversationOf(string topic) => TopicIds.ConversationOf(topic);

    /// <summary>Before the call, so that a connection that is replaced during it is asked too.</summary>
    public void Begin(string topic, SubscribeRequest request)
    {
        bool isNew;
        lock (_gate)
        {
            isNew = _active.TryAdd(topic, request);
            _active[topic] = request;
        }

        if (!isNew || request is { Durable: true, From: null })
        {
            // One that is durable may be arriving already: the server feeds it to the device from the moment it connects.
            return;
        }

        // What an earlier subscription left behind would make everything since then look like a gap.
        inbox.Forget(ConversationOf(topic));
        if (request.From is { ValueKind: JsonValueKind.Number } from && from.TryGetInt64(out var seq))
        {
            inbox.StartAt(ConversationOf(topic), seq);
        }
    }

    public void Confirm(string topic, SubscribeRequest request, SubscribeResult result)
    {
        if (!result.Ok)
        {
            End(topic);
        }
        else if (request.Durable == true)
        {
            // From now on its cursor on the server says where it stands; naming the place again would move it there.
            lock (_gate)
            {
                _active[topic] = request with { From = null };
            }
        }
        else if (result.Position is { } position)
        {
            inbox.StartAt(ConversationOf(topic), position);
        }
        else if (request is { From: null or { ValueKind: JsonValueKind.String } } && !IsFromStart(request))
        {
            inbox.StartAt(ConversationOf(topic), result.Head);
        }
    }

    public void End(string topic)
    {
        lock (_gate)
        {
            _active.Remove(topic);
        }
    }

    public void Forget(string topic)
    {
        End(topic);
        inbox.Forget(ConversationOf(topic));
    }

    /// <summary>The rights to it ended: asking again would be refused.</summary>
    public void Revoke(string conversation)
    {
        if (TopicIds.NameOf(conversation) is { } topic)
        {
            End(topic);
        }
    }

    /// <summary>Subscribes on a new connection to everything that was subscribed on the last.</summary>
    public void Attach(HubSession session)
    {
        KeyValuePair<string, SubscribeRequest>[] active;
        lock (_gate)
        {
            active = [.. _active];
        }

        foreach (var (topic, request) in active)
        {
            _ = SubscribeAgainAsync(session, topic, request);
        }
    }

    private async Task SubscribeAgainAsync(HubSession session, string topic, SubscribeRequest request)
    {
        try
        {
            for (var failures = 0; ; failures++)
            {
                var result = await session.InvokeAsync<SubscribeResult>("Subscribe", Continued(topic, request), session.Ended);
                if (result.Error is not { } error)
                {
                    return;
                }

                if (!Refusals.IsPassing(error))
                {
                    Log.Refused(_logger, topic, error.Code);
                    End(topic);
                    announce(new Notice { Kind = NoticeKinds.Revoked, Conversation = ConversationOf(topic), Reason = error.Code });
                    return;
                }

                var wait = BackOff.Seconds(error.RetryAfter) ?? TimeSpan.Zero;
                await Task.Delay(wait + _backOff.Next(failures, random()), options.TimeProvider, session.Ended);
            }
        }
        catch (Exception e) when (e is SessionLostException or OperationCanceledException)
        {
            // The next session asks again.
        }
        catch (HubException e)
        {
            Log.Refused(_logger, topic, e.GetType().Name);
        }
    }

    // A durable one has its cursor on the server, and naming a position would move it past what was taken in but not handled.
    private SubscribeRequest Continued(string topic, SubscribeRequest request)
    {
        if (request.Durable == true)
        {
            return inbox.AcceptedOf(ConversationOf(topic)) is null ? request : request with { From = null };
        }

        return inbox.AcceptedOf(ConversationOf(topic)) is { } seq
            ? request with { From = JsonSerializer.SerializeToElement(seq) }
            : request;
    }

    private static bool IsFromStart(SubscribeRequest request)
        => request.From is { ValueKind: JsonValueKind.String } from && from.GetString() == "start";

    private static partial class Log
    {
        [LoggerMessage(5030, LogLevel.Warning, "Topic {Topic} cannot be subscribed again ({Code})", EventName = "SubscriptionRefused")]
        public static partial void Refused(ILogger logger, string topic, string code);
    }
}
