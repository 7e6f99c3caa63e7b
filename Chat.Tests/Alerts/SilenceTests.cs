using Chat.Server.Alerts;
using Xunit;

namespace Chat.Tests.Alerts;

public sealed class SilenceTests : IDisposable
{
    private readonly AlertBed _bed = new();

    [Fact]
    public void Silence_FromItsStartToItsEnd_MutesTheWordNotTheAlert()
    {
        var start = _bed.Time.GetUtcNow() + TimeSpan.FromSeconds(30);
        var id = _bed.Book.Silence(Draft("alertname", "=", "DatabaseUnavailable") with { StartsAt = start, EndsAt = start + TimeSpan.FromMinutes(10) }).Id;
        Assert.Equal(SilenceState.Pending, _bed.Book.Current.Silences[0].State);
        _bed.Run(60);
        Assert.Equal(SilenceState.Active, _bed.Book.Current.Silences[0].State);

        DatabaseIs(0);
        _bed.Run(60);
        Assert.Empty(_bed.Told);
        Assert.Equal(id, Assert.Single(_bed.Book.Current.Firing).SilencedBy);

        // It still fires when the silence ends: now it is news.
        _bed.Run(600);
        Assert.Equal(SilenceState.Expired, _bed.Book.Current.Silences[0].State);
        Assert.Equal(["firing DatabaseUnavailable"], _bed.Told);
    }

    [Fact]
    public void Silence_AlertComesAndGoesUnderIt_IsNeverTold()
    {
        _bed.Book.Silence(Draft("severity", "=", "critical"));
        DatabaseIs(0);
        _bed.Run(60);
        DatabaseIs(1);
        _bed.Run(120);

        Assert.Empty(_bed.Told);
        Assert.Single(_bed.Book.History());
    }

    [Fact]
    public void ExpireSilence_BeforeItsEnd_MutesNoLonger()
    {
        var id = _bed.Book.Silence(Draft("alertname", "=~", "Database.*")).Id!;
        DatabaseIs(0);
        _bed.Run(10);
        Assert.True(_bed.Book.ExpireSilence(id));
        Assert.False(_bed.Book.ExpireSilence(id));
        _bed.Run(2);

        Assert.Equal(["firing DatabaseUnavailable"], _bed.Told);
    }

    [Fact]
    public void WouldSilence_BeforeItIsMade_ShowsWhatItMeans()
    {
        DatabaseIs(0);
        _bed.Run(2);

        Assert.Single(_bed.Book.WouldSilence([new("severity", "!=", "warning")]));
        Assert.Empty(_bed.Book.WouldSilence([new("severity", "!~", "crit.*")]));
        Assert.Empty(_bed.Book.WouldSilence([new("alertname", "=~", "(")]));
    }

    [Theory]
    [InlineData("alertname", "=", "X", 0, "c", "end")]
    [InlineData("alertname", "=", "X", 8 * 24 * 60, "c", "7 days")]
    [InlineData("alertname", "=", "X", 60, " ", "comment")]
    [InlineData("alertname", "==", "X", 60, "c", "operator")]
    [InlineData("alertname", "=~", "(", 60, "c", "pattern")]
    [InlineData("alertname", "=~", ".*", 60, "c", "everything")]
    [InlineData("", "=", "X", 60, "c", "label")]
    public void Silence_ThatIsNoProperOne_IsRefusedWithTheReason(string name, string @operator, string value, int minutes, string comment, string reason)
    {
        var answer = _bed.Book.Silence(Draft(name, @operator, value) with { EndsAt = _bed.Time.GetUtcNow() + TimeSpan.FromMinutes(minutes), Comment = comment });

        Assert.Null(answer.Id);
        Assert.Contains(reason, answer.Problem);
    }

    public void Dispose() => _bed.Dispose();

    private void DatabaseIs(double up) => _bed.Numbers.Gauge("chat.dependency.up", up, "dependency=database", source: "w1");

    private SilenceDraft Draft(string name, string @operator, string value) =>
        new([new SilenceMatcher(name, @operator, value)], StartsAt: null, _bed.Time.GetUtcNow() + TimeSpan.FromHours(1), "alice", "planned");
}
