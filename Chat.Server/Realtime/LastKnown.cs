using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Chat.Server.Delivery;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Realtime.Spool;
using Chat.Server.Storage;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Model;

namespace Chat.Server.Realtime;

/// <summary>
/// Who followed which realtime conversation on this node, kept beside the spool while storage is there and read while it is not: so that who
/// comes from a dead process to its successor in the middle of an outage can go on. Trusted for as long as memory is, if it was fresh when
/// storage went away: what a process left that died in better times is not.
/// </summary>
internal sealed partial class LastKnown(
    FeedTable feeds,
    CommitFollower follower,
    StorageBreaker breaker,
    SpoolFolder folder,
    RealtimeBook book,
    ProcessIdentity process,
    Trust trust,
    TimeProvider time,
    ILogger<LastKnown> logger) : BackgroundService, IKnownMembers
{
    private const string Suffix = ".members";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Rounds between two savings; a join is this late at worst.</summary>
    private const int SaveEvery = 5;

    /// <summary>Nobody will read it any more.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromDays(1);

    /// <summary>What was fresh when storage went away is older than that by no more; and so long may all processes of the node be gone.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);

    private readonly string _away = folder.PathOf("away");
    private readonly string _own = folder.PathOf(process.Id + Suffix);
    private byte[] _saved = [];
    private FrozenDictionary<string, (FrozenSet<string> Users, DateTimeOffset AsOf)> _known = FrozenDictionary<string, (FrozenSet<string>, DateTimeOffset)>.Empty;

    public IReadOnlyCollection<string> MembersOf(string conversation) =>
        _known.TryGetValue(conversation, out var known) && trust.Covers(time.GetUtcNow() - known.AsOf) ? known.Users : FrozenSet<string>.Empty;

    public bool Knows(string user, string conversation) => MembersOf(conversation) is FrozenSet<string> users && users.Contains(user);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first client of this process.
        Try(Load);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        for (var round = 0; await timer.WaitForNextTickAsync(stop); round++)
        {
            if (!breaker.IsClosed)
            {
                Try(Watch);
                Try(Load);
            }
            else if (follower.SinceRead is not { } age)
            {
                Try(Load);
            }
            else
            {
                Try(() => File.Delete(_away));
                if (round % SaveEvery == 0)
                {
                    Try(() => Save(time.GetUtcNow() - age));
                }
            }
        }
    }

    /// <summary>The file's time is that of the knowledge.</summary>
    internal void Save(DateTimeOffset asOf)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(feeds.Followers(book.Contains));
        if (!content.AsSpan().SequenceEqual(_saved))
        {
            folder.Make();
            File.WriteAllBytes(_own + ".new", content);
            File.Move(_own + ".new", _own, overwrite: true);
            _saved = content;
        }

        if (File.Exists(_own))
        {
            File.SetLastWriteTimeUtc(_own, asOf.UtcDateTime);
        }
    }

    /// <summary>Notes since when the processes of this node have seen storage away without a break: what nobody watched may have changed.</summary>
    internal void Watch()
    {
        var now = time.GetUtcNow();
        if (AwaySince(now) is null)
        {
            folder.Make();
            File.WriteAllText(_away, now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        }

        File.SetLastWriteTimeUtc(_away, now.UtcDateTime);
    }

    internal void Load()
    {
        var now = time.GetUtcNow();
        var since = AwaySince(now) ?? now;
        var known = new Dictionary<string, (HashSet<string> Users, DateTimeOffset AsOf)>(StringComparer.Ordinal);
        foreach (var path in folder.Files(Suffix))
        {
            DateTimeOffset asOf = File.GetLastWriteTimeUtc(path);
            if (now - asOf > Stale)
            {
                File.Delete(path);
            }
            else if (asOf >= since - Fresh && trust.Covers(now - asOf))
            {
                Merge(known, JsonSerializer.Deserialize<Dictionary<string, List<string>>>(File.ReadAllBytes(path)) ?? [], asOf);
            }
        }

        foreach (var conversation in known.Keys)
        {
            book.Note(conversation, ConversationPolicy.Realtime);
        }

        _known = known.ToFrozenDictionary(k => k.Key, k => (k.Value.Users.ToFrozenSet(StringComparer.Ordinal), k.Value.AsOf), StringComparer.Ordinal);
    }

    private DateTimeOffset? AwaySince(DateTimeOffset now) =>
        File.Exists(_away) && now - File.GetLastWriteTimeUtc(_away) <= Fresh && long.TryParse(File.ReadAllText(_away), CultureInfo.InvariantCulture, out var since)
            ? DateTimeOffset.FromUnixTimeMilliseconds(since)
            : null;

    /// <summary>What several know together is as old as the oldest of it.</summary>
    private static void Merge(
        Dictionary<string, (HashSet<string> Users, DateTimeOffset AsOf)> known, Dictionary<string, List<string>> file, DateTimeOffset asOf)
    {
        foreach (var (conversation, users) in file)
        {
            var (present, since) = known.TryGetValue(conversation, out var before) ? before : (new HashSet<string>(StringComparer.Ordinal), asOf);
            present.UnionWith(users);
            known[conversation] = (present, since < asOf ? since : asOf);
        }
    }

    private void Try(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            // Another process's file came or went in between, or the disk is full: less is known, and not knowing is no right.
            Log.LastKnownFault(logger, e.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1406, LogLevel.Warning, "Who follows what could not be saved or read beside the spool ({Exception})", EventName = "LastKnownFault")]
        public static partial void LastKnownFault(ILogger logger, string exception);
    }
}
