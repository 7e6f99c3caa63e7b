using System.Globalization;
using System.Text.Json;
using Chat.Server.Delivery;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Realtime;
using Chat.Server.Realtime.Spool;
using Chat.Server.Storage;
using Chat.Server.Storage.Conversations;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Realtime;

/// <summary>What the processes of a node leave to their successors about who follows what, and what of it is believed.</summary>
public sealed class LastKnownTests
{
    private const string Conversation = "c_left";
    private readonly string _folder = TestRun.NewFolder("spool");

    private string Away => Path.Combine(_folder, "away");

    /// <summary>Seconds: how old the knowledge is, for how long storage has been away, and when somebody saw that last.</summary>
    [Fact]
    public async Task Load_OfWhatWasFreshWhenStorageWent_IsTrustedAsLongAsSomebodyWatched()
    {
        await using var bed = await RealtimeBed.StartAsync();
        foreach (var (leftAgo, awayFor, watchedAgo, trusted) in new (int, int?, int, bool)[]
        {
            (30, null, 0, true),
            (600, null, 0, false),
            (600, 590, 5, true),
            (600, 590, 120, false),
            (600, 300, 5, false),
            (13 * 3600, 13 * 3600, 5, false),
        })
        {
            var known = Successor(bed);
            var left = Path.Combine(_folder, "left.members");
            File.WriteAllText(left, JsonSerializer.Serialize(new Dictionary<string, string[]> { [Conversation] = ["zoe"] }));
            File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddSeconds(-leftAgo));
            File.Delete(Away);
            if (awayFor is { } seconds)
            {
                Note(seconds, watchedAgo);
            }

            known.Load();

            Assert.Equal((leftAgo, awayFor, trusted), (leftAgo, awayFor, known.Knows("zoe", Conversation)));
            Assert.False(known.Knows("mallory", Conversation));
        }
    }

    [Fact]
    public async Task Watch_GoesOnWhereAnotherStopped_AndBeginsAnewAfterABreak()
    {
        await using var bed = await RealtimeBed.StartAsync();
        foreach (var (watchedAgo, beganAgo) in new[] { (5, 600), (120, 0) })
        {
            Note(600, watchedAgo);

            Successor(bed).Watch();

            var began = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(File.ReadAllText(Away), CultureInfo.InvariantCulture));
            Assert.InRange(DateTimeOffset.UtcNow - began, TimeSpan.FromSeconds(beganAgo), TimeSpan.FromSeconds(beganAgo + 60));
            Assert.InRange(DateTime.UtcNow - File.GetLastWriteTimeUtc(Away), TimeSpan.Zero, TimeSpan.FromSeconds(60));
        }
    }

    private void Note(int awayFor, int watchedAgo)
    {
        File.WriteAllText(Away, DateTimeOffset.UtcNow.AddSeconds(-awayFor).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        File.SetLastWriteTimeUtc(Away, DateTime.UtcNow.AddSeconds(-watchedAgo));
    }

    /// <summary>Of a process that has just begun, with a folder of its own.</summary>
    private LastKnown Successor(RealtimeBed bed)
    {
        var services = bed.Server.Services;
        return new LastKnown(
            services.GetRequiredService<FeedTable>(),
            services.GetRequiredService<CommitFollower>(),
            services.GetRequiredService<StorageBreaker>(),
            new SpoolFolder(Options.Create(new RealtimeOptions { SpoolFolder = _folder }), TimeProvider.System, NullLogger<SpoolFolder>.Instance),
            services.GetRequiredService<RealtimeBook>(),
            services.GetRequiredService<ProcessIdentity>(),
            services.GetRequiredService<Trust>(),
            TimeProvider.System,
            NullLogger<LastKnown>.Instance);
    }
}
