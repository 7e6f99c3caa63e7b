using System.Collections.Concurrent;
using Chat.Server.Backplane;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Management.Views;
using Chat.Server.Presence;
using Chat.Server.Workers;
using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Runtime;

namespace Chat.Server.Management.Nodes;

/// <summary>
/// A worker's part in asking all nodes: puts what its own supervisor wants to know to the workers of the others, over the bus, and answers
/// theirs. Presence knows who there is to ask, so that silence is noticed. Only looking at connections, tracing a user's, sending to them once more and closing them is done
/// for other nodes; what the database knows each node can find out by itself.
/// </summary>
internal sealed class NodeSurvey(IServiceProvider services, IBackplane bus, BackplaneNode node, PresenceNodes presence, TimeProvider time) : IHostedService
{
    /// <summary>Of the two seconds that the management API has for an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.9);

    private static readonly string[] Answered =
    [
        Questions.Connections, Questions.Users, Questions.User, Questions.Returns, Questions.Disconnect, Questions.Following, Questions.Resend,
        Questions.UserTraceStart, Questions.UserTraceStop, Questions.UserTrace,
    ];

    private readonly ConcurrentDictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _subscriptions = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscriptions.Add(bus.Subscribe(NodeAsk.Channel, (_, bytes) => OnAsked(bytes)));
        _subscriptions.Add(bus.Subscribe(NodeAnswer.ChannelOf(node.Name), (_, bytes) => OnAnswered(bytes)));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscriptions.ForEach(s => s.Dispose());
        return Task.CompletedTask;
    }

    /// <summary>Asks the workers of all other nodes, and waits for those that are known.</summary>
    public async Task<Reply<NodesFound>> AskAsync(NodesQuestion question, CancellationToken timeUp)
    {
        var status = bus.Status;
        if (status.Mode != BackplaneMode.Redis)
        {
            // Without Redis ever having been meant to be there, nobody can know of other nodes, and there mostly are none.
            return new NodesFound([], 0, OutOfReach: status.RedisConfigured);
        }

        var others = presence.OfOtherNodes;
        if (others.Count == 0)
        {
            return new NodesFound([], 0, OutOfReach: false);
        }

        var ask = new NodeAsk(Guid.NewGuid().ToString("N"), node.Name, node.Group, question.Name, question.Body);
        var waiting = _waiting[ask.Id] = new Waiting(others);
        try
        {
            if (bus.Publish(NodeAsk.Channel, NodeMessage.Write(ask)))
            {
                await waiting.Complete.WaitAsync(Patience, time, timeUp);
            }
        }
        catch (TimeoutException)
        {
            // Who has not answered is counted below.
        }
        finally
        {
            _waiting.TryRemove(ask.Id, out _);
        }

        return waiting.Found();
    }

    private void OnAnswered(ReadOnlyMemory<byte> bytes)
    {
        if (NodeMessage.Read<NodeAnswer>(bytes) is { Id: not null, Answer: not null } answer && _waiting.TryGetValue(answer.Id, out var waiting))
        {
            waiting.Take(answer);
        }
    }

    private void OnAsked(ReadOnlyMemory<byte> bytes)
    {
        if (NodeMessage.Read<NodeAsk>(bytes) is { Process: not null } ask && ask.Group != node.Group && Answered.Contains(ask.Name, StringComparer.Ordinal))
        {
            // The bus's own loop must not wait for an answer.
            _ = Task.Run(() => AnswerAsync(ask));
        }
    }

    private async Task AnswerAsync(NodeAsk ask)
    {
        // Not a part of this object's making: it is itself one of those who answer. Never throws; a failure is an answer, too.
        var answer = await services.GetRequiredService<Answers>().AnswerAsync(ask.Name, ask.Body, CancellationToken.None);
        bus.Publish(NodeAnswer.ChannelOf(ask.Process), NodeMessage.Write(new NodeAnswer(ask.Id, node.Name, NameForPeople(), answer)));
    }

    private string NameForPeople()
    {
        var worker = services.GetService<WorkerIdentity>()?.Id ?? services.GetRequiredService<IWorkersMonitor>().Current.Workers[0].Id;
        return $"{worker}@{NodeIdentity.Name}";
    }

    /// <summary>Answers to one question as they come.</summary>
    private sealed class Waiting(IReadOnlyCollection<string> others)
    {
        private readonly Lock _lock = new();
        private readonly HashSet<string> _silent = new(others, StringComparer.Ordinal);
        private readonly List<NodeAnswer> _answers = [];
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Complete => _complete.Task;

        public void Take(NodeAnswer answer)
        {
            lock (_lock)
            {
                if (_silent.Remove(answer.Process))
                {
                    _answers.Add(answer);
                }

                if (_silent.Count == 0)
                {
                    _complete.TrySetResult();
                }
            }
        }

        public NodesFound Found()
        {
            lock (_lock)
            {
                return new NodesFound([.. _answers], _silent.Count, OutOfReach: false);
            }
        }
    }
}
