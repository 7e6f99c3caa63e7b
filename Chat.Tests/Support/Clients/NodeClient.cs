using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Tests.Support.Clients;

/// <summary>
/// SignalR's own JavaScript client with its default settings, negotiation included, in a Node process of its own; see
/// <c>Chat.Tests/assets/node-client/client.mjs</c>.
/// </summary>
/// <param name="automaticReconnect">As the client's <c>withAutomaticReconnect()</c>.</param>
internal sealed class NodeClient(
    Uri server, string user, string? device = null, History? history = null, Func<string>? token = null, bool automaticReconnect = false)
    : TestClient(user, device, history)
{
    private static readonly Lazy<Task<string>> Packages = new(() => NodePackages.InstallAsync(Folder, "@microsoft/signalr"));
    private readonly Dictionary<int, TaskCompletionSource<JsonElement>> _calls = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource<string?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ManagedProcess? _node;
    private int _number;
    private volatile bool _connected;

    public static string Folder => Repository.PathOf("Chat.Tests", "assets", "node-client");

    public override bool IsConnected => _connected;

    public override Task<string?> Closed => _closed.Task;

    /// <summary>States that the client went through: <c>reconnecting</c>, <c>reconnected</c>, <c>closed</c>.</summary>
    public Recorded<string> States { get; } = new();

    /// <summary>The Node process, to pause or kill it.</summary>
    public ManagedProcess Process => _node ?? throw new InvalidOperationException("Not connected yet.");

    /// <summary>A connected client.</summary>
    public static async Task<NodeClient> ConnectedAsync(Uri server, string user, string? device = null, History? history = null)
    {
        var client = new NodeClient(server, user, device, history);
        await client.ConnectAsync();
        return client;
    }

    public override async Task DisconnectAsync()
    {
        await CommandAsync(new { op = "disconnect" });
        await Closed.WaitAsync(Eventually.Patience);
    }

    public override Task AckAsync(params AckPosition[] positions) => CommandAsync(new { op = "ack", positions });

    public override ValueTask DisposeAsync() => _node?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected override async Task OpenAsync()
    {
        await Packages.Value;
        if (_node is null || _node.HasExited)
        {
            _node = ManagedProcess.Start(new ProcessCommand("node", ["client.mjs"], Folder), Take);
            _ = FailAtTheEndAsync(_node);
        }

        _closed = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var query = Device is null ? "" : $"?{ChatHubContract.DeviceQuery}={Uri.EscapeDataString(Device)}";
        await CommandAsync(new
        {
            op = "connect",
            url = new Uri(server, ChatHubContract.Path + query),
            token = token?.Invoke() ?? TestTokens.For(User),
            autoAck = AutoAck,
            automaticReconnect,
        });
        _connected = true;
        OnConnected();
    }

    protected override Task<JsonElement> InvokeAsync(string method, object request) => CommandAsync(new { op = "invoke", method, request });

    private async Task<JsonElement> CommandAsync(object command)
    {
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        var line = JsonSerializer.SerializeToNode(command, ChatJson.Options)!;
        lock (_lock)
        {
            _calls.Add(++_number, answer);
            line["n"] = _number;
            Process.Input.WriteLine(line.ToJsonString());
            Process.Input.Flush();
        }

        return await answer.Task;
    }

    private async Task FailAtTheEndAsync(ManagedProcess node)
    {
        await node.OutputEnded;
        _connected = false;
        _closed.TrySetResult("Node ended.");
        lock (_lock)
        {
            foreach (var call in _calls.Values)
            {
                call.TrySetException(new IOException("Node ended."));
            }

            _calls.Clear();
        }
    }

    private void Take(string line)
    {
        if (!line.StartsWith('{'))
        {
            return; // SignalR's own log.
        }

        var message = JsonSerializer.Deserialize<Message>(line, ChatJson.Options)!;
        switch (message.Push)
        {
            case "events":
                OnEvents(message.Events!);
                break;
            case "notice":
                OnNotice(message.Notice!);
                break;
            case "state":
                ChangeState(message.State!, message.Error);
                break;
            default:
                Answer(message);
                break;
        }
    }

    private void Answer(Message message)
    {
        TaskCompletionSource<JsonElement>? call;
        lock (_lock)
        {
            _calls.Remove(message.N, out call);
        }

        if (message.Ok)
        {
            call?.SetResult(message.Result);
        }
        else
        {
            // A hub's own failure is told by this beginning; everything else means that there was no answer.
            call?.SetException(message.Error?.StartsWith("An unexpected error occurred invoking", StringComparison.Ordinal) == true
                ? new HubException(message.Error)
                : new IOException(message.Error));
        }
    }

    private void ChangeState(string state, string? error)
    {
        _connected = state == "reconnected";
        if (state == "reconnected")
        {
            OnConnected();
        }
        else
        {
            OnClosed(error);
        }

        States.Add(state);
        if (state == "closed")
        {
            _closed.TrySetResult(error);
        }
    }

    private sealed record Message(
        int N, bool Ok, JsonElement Result, string? Error, string? Push, ChatEvent[]? Events, Notice? Notice, string? State);
}
