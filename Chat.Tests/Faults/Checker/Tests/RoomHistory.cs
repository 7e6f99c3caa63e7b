using Chat.Contracts;

namespace Chat.Tests.Faults.Checker.Tests;

/// <summary>Histories of one conversation, <c>room</c>, written step by step.</summary>
public abstract class RoomHistory
{
    private protected History History { get; } = new();

    /// <summary>The log as the database has it.</summary>
    private protected List<StoredRow> Rows { get; } = [];

    private protected void Members(params string[] users)
    {
        foreach (var user in users)
        {
            History.Connected(user, null);
            History.Joined(user, "room");
        }
    }

    private protected void Store(string sender, string id, long seq)
    {
        History.Send(sender, "room", id, "c1").Acked(seq);
        Rows.Add(new StoredRow("room", seq, sender, id));
    }

    private protected void StoreOwn(long seq) => Rows.Add(new StoredRow("room", seq, "server", $"change{seq}", EventTypes.Member));

    private protected void DeliverAll(string user) => Rows.ForEach(row => Deliver(user, row));

    private protected void Deliver(string user, StoredRow row)
    {
        History.Arrived(user, null, Event(row));
        History.Received(user, null, Event(row));
    }

    private protected static ChatEvent Event(StoredRow row) =>
        new() { Conversation = row.Conversation, Seq = row.Seq, Id = row.Id, Sender = row.Sender, Type = row.Type ?? "text" };

    private protected CheckResult Check(CheckerOptions? options = null, bool withRows = true) =>
        HistoryChecker.Check(History, withRows ? Rows : null, options);
}
