using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Model;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Storage.Conversations;

public sealed class PostgresFiguresTests(PostgresDatabase database) : ConversationFiguresContract, IClassFixture<PostgresDatabase>
{
    protected override string ConnectionString => database.ConnectionString;
}

public sealed class SqliteFiguresTests : ConversationFiguresContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-sqlite-").FullName;

    protected override string ConnectionString => $"Data Source={Path.Combine(_folder, "chat.db")}";
}

/// <summary>What operators see of many conversations at once, on every database.</summary>
public abstract class ConversationFiguresContract : IAsyncLifetime
{
    private readonly string _group = "c_" + Guid.NewGuid().ToString("n");
    private readonly string _busy = "c_" + Guid.NewGuid().ToString("n");
    private readonly string _topic = "topic:" + Guid.NewGuid().ToString("n");
    private StorageHost _storage = null!;
    private ChatDb _db = null!;

    private ConversationFigures Figures => _storage.Services.GetRequiredService<ConversationFigures>();

    private string[] All => [_group, _busy, _topic];

    protected abstract string ConnectionString { get; }

    public async Task InitializeAsync()
    {
        _storage = await StorageHost.StartAsync(ConnectionString);
        _db = await _storage.DbAsync();
        _db.Conversations.AddRange(
            new ConversationRow { Id = _group, Kind = ConversationKind.Group, HeadSeq = 3 },
            new ConversationRow { Id = _busy, Kind = ConversationKind.Direct, HeadSeq = 500 },
            new ConversationRow { Id = _topic, Kind = ConversationKind.Topic });
        _db.Members.AddRange(Member("alice"), Member("bob"), Member("carol"), Member("gone", left: 2));
        _db.Cursors.AddRange(
            Cursor("alice", "phone", _group, 3), Cursor("alice", "desk", _group, 2), Cursor("alice", "old", _group, 0),
            Cursor("bob", "phone", _group, 3), Cursor("gone", "phone", _group, 1),
            Cursor("eve", "phone", _topic, 0));
        _db.Subscriptions.AddRange(Subscription("eve", "phone"), Subscription("eve", "desk"), Subscription("frank", "phone"));
        _db.Outbox.AddRange(Row(_group, 1, at: 1_000, "é"), Row(_group, 2, at: 5_000, null), Row(_group, 3, at: 6_000, "12345"));
        _db.Outbox.AddRange(Enumerable.Range(1, 500).Select(i => Row(_busy, i, at: 10_000 + i, i <= 300 ? new string('x', 1_000) : "12")));
        await _db.SaveChangesAsync();
    }

    public async Task DisposeAsync()
    {
        await _db.DisposeAsync();
        await _storage.DisposeAsync();
    }

    [Fact]
    public async Task Members_AreThoseWhoHaveNotLeft_AndOfATopicItsSubscribers() =>
        Assert.Equal(new() { [_group] = 3, [_busy] = 0, [_topic] = 2 }, await Figures.MembersAsync(_db, [.. All, "c_none"], default));

    [Fact]
    public async Task Rates_AreTakenFromTheNewestMessages() => Assert.Equal(
        new() { [_group] = new(2, 200, 1_000), [_busy] = new(200, 200, 10_301), [_topic] = new(0, 200, null) }, await Figures.RatesAsync(_db, All, since: 5_000, default));

    [Fact]
    public async Task Sizes_AreBytesOfTheNewestBodies() =>
        Assert.Equal(new() { [_group] = new(7, 200), [_busy] = new(400, 200), [_topic] = new(0, 200) }, await Figures.SizesAsync(_db, All, default));

    [Fact]
    public async Task Queued_AreUsersBehindTheHead_EachOnceAndNobodyWhoHasLeft()
    {
        Assert.Equal(new() { [_group] = new(1, false), [_busy] = new(0, false), [_topic] = new(0, false) }, await Figures.QueuedAsync(_db, All, default));
        (await _db.Conversations.FindAsync(_topic))!.HeadSeq = 1;
        await _db.SaveChangesAsync();
        Assert.Equal(1, (await Figures.QueuedAsync(_db, [_topic], default))[_topic].Users);
    }

    [Fact]
    public async Task Queued_OfMoreDevicesThanAreLookedAt_IsSaidToBeMore()
    {
        _db.Cursors.AddRange(Enumerable.Range(0, 2_001).Select(i => Cursor($"u{i}", "phone", _busy, 0)));
        _db.Members.AddRange(Enumerable.Range(0, 2_001).Select(i => new MemberRow { ConversationId = _busy, UserId = $"u{i}", JoinedSeq = 1 }));
        await _db.SaveChangesAsync();
        Assert.Equal(new QueuedSample(2_000, true), (await Figures.QueuedAsync(_db, All, default))[_busy]);
    }

    private static CursorRow Cursor(string user, string device, string conversation, long acked) => new() { UserId = user, DeviceId = device, ConversationId = conversation, AckedSeq = acked };

    private static OutboxRow Row(string conversation, long seq, long at, string? body) => new()
    {
        ConversationId = conversation,
        Seq = seq,
        Epoch = 1,
        Id = $"{conversation}-{seq}",
        Sender = "alice",
        Type = "text",
        Body = body,
        Hash = new byte[16],
        At = at,
    };

    private MemberRow Member(string user, long? left = null) => new() { ConversationId = _group, UserId = user, JoinedSeq = 1, LeftSeq = left };

    private SubscriptionRow Subscription(string user, string device) => new() { UserId = user, DeviceId = device, ConversationId = _topic };
}
