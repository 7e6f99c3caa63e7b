using System.Collections.Concurrent;
using Chat.Contracts;

namespace Chat.Tests.Client.Support;

/// <summary>What the server answers; a test replaces what it is about.</summary>
internal sealed class ServerScript
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Receipt> _receipts = [];
    private readonly ConcurrentDictionary<string, long> _heads = [];

    public ServerScript()
    {
        Send = (_, request) => Task.FromResult(Store(request.Id!, request.Conversation!));
        SendBatch = async (connection, batch) =>
        {
            var receipts = new List<Receipt>();
            foreach (var item in batch.Items!)
            {
                receipts.Add(await Send(connection, item));
            }

            return new BatchResult { Ok = true, Receipts = receipts };
        };
        Write = (_, request) => Task.FromResult(request switch
        {
            PublishRequest r => Store(r.Id!, $"topic:{r.Topic}"),
            EditRequest r => Store(r.Id!, r.Conversation!),
            DeleteRequest r => Store(r.Id!, r.Conversation!),
            ReactRequest r => Store(r.Id!, r.Conversation!),
            _ => throw new InvalidOperationException(request.GetType().Name),
        });
        History = (_, request) => Task.FromResult(new HistoryResult { Error = Refusal(ErrorCodes.NotFound) });
        Subscribe = (_, request) => Task.FromResult(new SubscribeResult { Ok = true, Conversation = $"topic:{request.Topic}" });
        RefreshToken = (_, _) => Task.FromResult(Result.Success);
        Ping = _ => Task.FromResult(new PingResult { Ok = true });
        Connected = _ => Task.CompletedTask;
        Disconnected = _ => Task.CompletedTask;
    }

    public Func<ServerConnection, Task> Connected { get; set; }

    /// <summary>What is done before the server closes its end of a connection that the client has left.</summary>
    public Func<ServerConnection, Task> Disconnected { get; set; }

    public Func<ServerConnection, SendRequest, Task<Receipt>> Send { get; set; }

    public Func<ServerConnection, SendBatchRequest, Task<BatchResult>> SendBatch { get; set; }

    public Func<ServerConnection, object, Task<Receipt>> Write { get; set; }

    public Func<ServerConnection, HistoryRequest, Task<HistoryResult>> History { get; set; }

    public Func<ServerConnection, SubscribeRequest, Task<SubscribeResult>> Subscribe { get; set; }

    public Func<ServerConnection, RefreshTokenRequest, Task<Result>> RefreshToken { get; set; }

    public Func<ServerConnection, Task<PingResult>> Ping { get; set; }

    /// <summary>Ids in the order in which they were stored, once each.</summary>
    public IReadOnlyList<string> Stored
    {
        get
        {
            lock (_gate)
            {
                return [.. _receipts.Keys];
            }
        }
    }

    public Receipt Store(string id, string conversation)
    {
        lock (_gate)
        {
            if (_receipts.TryGetValue(id, out var first))
            {
                return first with { Status = ReceiptStatus.Duplicate };
            }

            var seq = _heads.AddOrUpdate(conversation, 1, (_, head) => head + 1);
            return _receipts[id] = new Receipt { Ok = true, Id = id, Conversation = conversation, Seq = seq, Epoch = 1, Status = ReceiptStatus.Stored };
        }
    }

    public static Receipt Refused(SendRequest request, string code, bool retryable = false, double? retryAfter = null)
        => new() { Id = request.Id, Conversation = request.Conversation, Error = Refusal(code, retryable, retryAfter) };

    public static ChatError Refusal(string code, bool retryable = false, double? retryAfter = null)
        => new(code, "As the script says.", retryable, retryAfter);
}
