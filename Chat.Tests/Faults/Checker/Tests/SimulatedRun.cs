using Chat.Contracts;

namespace Chat.Tests.Faults.Checker.Tests;

/// <summary>
/// A run of a server without faults of its own, on a network with some: commits whose answer is lost, retries, repeats on
/// the wire, refusals, members who come and go. Valid by construction, different for each seed.
/// </summary>
internal sealed class SimulatedRun
{
    private static readonly Receiver[] Devices =
        [new("alice", "phone"), new("alice", "desk"), new("bob", null), new("carol", null), new("dave", null)];

    private static readonly string[] Conversations = ["red", "blue"];
    private readonly Random _random;
    private readonly Dictionary<(string User, string Conversation), bool> _members = [];
    private readonly Dictionary<(Receiver Receiver, string Conversation), Queue<ChatEvent>> _pending = [];
    private int _ids;

    public SimulatedRun(int seed, int steps = 120)
    {
        _random = new Random(seed);
        foreach (var device in Devices)
        {
            History.Connected(device.User, device.Device, $"{device}");
        }

        foreach (var conversation in Conversations)
        {
            foreach (var user in Users.Where(u => u != "dave"))
            {
                Change(user, conversation);
            }
        }

        for (var step = 0; step < steps; step++)
        {
            Act();
        }

        foreach (var (receiver, conversation) in _pending.Keys)
        {
            Deliver(receiver, conversation, int.MaxValue);
        }
    }

    public History History { get; } = new();

    public List<StoredRow> Rows { get; } = [];

    private static IEnumerable<string> Users => Devices.Select(d => d.User).Distinct();

    private void Act()
    {
        var receiver = Devices[_random.Next(Devices.Length)];
        var conversation = Conversations[_random.Next(Conversations.Length)];
        switch (_random.Next(20))
        {
            case 0:
                Change(receiver.User, conversation);
                break;
            case < 12:
                Send(receiver, conversation);
                break;
            default:
                Deliver(receiver, conversation, _random.Next(1, 5));
                break;
        }
    }

    private void Send(Receiver sender, string conversation)
    {
        var id = $"m{++_ids}";
        var call = History.Send(sender.User, conversation, id, $"{sender}");
        if (!IsMember(sender.User, conversation))
        {
            call.Nacked(ErrorCodes.NotFound, retryable: false);
            return;
        }

        switch (_random.Next(10))
        {
            case 0: // Committed, the answer lost; sent again or not.
                var lost = Append(conversation, sender.User, id, "text");
                call.ConnectionLost();
                if (_random.Next(2) == 0)
                {
                    History.Send(sender.User, conversation, id, $"{sender}").Acked(lost.Seq, lost.Epoch, ReceiptStatus.Duplicate);
                }

                break;
            case 1: // Never arrived; sent again or not.
                call.ConnectionLost();
                if (_random.Next(2) == 0)
                {
                    var second = Append(conversation, sender.User, id, "text");
                    History.Send(sender.User, conversation, id, $"{sender}").Acked(second.Seq, second.Epoch);
                }

                break;
            case 2:
                call.Nacked(ErrorCodes.StorageUnavailable, retryable: true);
                break;
            case 3:
                call.Nacked(ErrorCodes.Invalid, retryable: false);
                break;
            default:
                var stored = Append(conversation, sender.User, id, "text");
                call.Acked(stored.Seq, stored.Epoch);
                break;
        }
    }

    private void Change(string user, string conversation)
    {
        var joins = !IsMember(user, conversation);
        if (joins)
        {
            _members[(user, conversation)] = true; // The joining itself is the first event that is theirs.
        }

        var change = Append(conversation, "server", $"change{++_ids}", EventTypes.Member);
        if (joins)
        {
            History.Joined(user, conversation, change.Seq!.Value);
        }
        else
        {
            _members[(user, conversation)] = false; // And the leaving the last.
            History.Left(user, conversation, change.Seq!.Value);
        }
    }

    private ChatEvent Append(string conversation, string sender, string id, string type)
    {
        var seq = Rows.Count(r => r.Conversation == conversation) + 1;
        Rows.Add(new StoredRow(conversation, seq, sender, id, type));
        var stored = new ChatEvent { Conversation = conversation, Epoch = 1, Seq = seq, Id = id, Type = type, Sender = sender };
        foreach (var device in Devices.Where(d => IsMember(d.User, conversation)))
        {
            if (!_pending.TryGetValue((device, conversation), out var queue))
            {
                _pending.Add((device, conversation), queue = []);
            }

            queue.Enqueue(stored);
        }

        return stored;
    }

    private void Deliver(Receiver receiver, string conversation, int most)
    {
        if (!_pending.TryGetValue((receiver, conversation), out var queue))
        {
            return;
        }

        for (; most > 0 && queue.TryDequeue(out var next); most--)
        {
            History.Arrived(receiver.User, receiver.Device, next);
            History.Received(receiver.User, receiver.Device, next);
            if (_random.Next(30) == 0)
            {
                History.Arrived(receiver.User, receiver.Device, next with { Attempt = 2 });
            }
        }
    }

    private bool IsMember(string user, string conversation) => _members.GetValueOrDefault((user, conversation));
}
