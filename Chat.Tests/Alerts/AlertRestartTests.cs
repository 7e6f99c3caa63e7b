using Chat.Server.Alerts;
using Chat.Server.Alerts.Rules;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Alerts;

public sealed class AlertRestartTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly string _folder = TestRun.NewFolder("alerts");
    private readonly List<AlertBed> _beds = [];

    [Fact]
    public void Restart_WhilePending_ResumesItsTime()
    {
        var first = Start();
        first.Numbers.Gauge("chat.memory.utilization", 0.9, "scope=container");
        first.Run(200);
        first.Dispose();
        _time.Advance(TimeSpan.FromSeconds(10));

        var second = Start();
        second.Numbers.Gauge("chat.memory.utilization", 0.9, "scope=container");

        // 300 s in all, of which up to 15 s may not have been saved; a fresh start would take 300 more.
        var more = second.RunUntilTold("firing MemoryHigh", limit: 130);
        Assert.InRange(more, 100, 130);
    }

    [Fact]
    public void Restart_LongAbsenceWhilePending_BeginsAnew()
    {
        var first = Start();
        first.Numbers.Gauge("chat.memory.utilization", 0.9, "scope=container");
        first.Run(200);
        first.Dispose();
        _time.Advance(TimeSpan.FromHours(1));

        var second = Start();
        second.Numbers.Gauge("chat.memory.utilization", 0.9, "scope=container");
        second.Run(200);

        Assert.Equal(["MemoryHigh"], second.Pending);
    }

    [Fact]
    public void Restart_WhileFiring_StaysFiringWithoutASecondPage()
    {
        var first = Start();
        DatabaseIs(first, 0);
        first.Run(10);
        Assert.Equal(["firing DatabaseUnavailable"], first.Told);
        first.Channels.All[0].Wake();
        var fingerprint = first.Book.Current.Firing[0].Fingerprint;
        first.Book.Acknowledge(fingerprint, "alice", "on it");
        first.Step();
        first.Dispose();

        var second = Start();
        DatabaseIs(second, 0);
        second.Step();
        var carried = second.Told.Count;
        second.Run(40 * 60);

        // What had not been sent yet is carried over; nothing is added to it.
        Assert.Equal(1, carried);
        Assert.Single(second.Told);
        Assert.Equal(fingerprint, Assert.Single(second.Book.Current.Firing).Fingerprint);
        Assert.Equal("alice", second.Book.Current.Firing[0].Acknowledged!.By);

        DatabaseIs(second, 1);
        second.Run(120);
        Assert.Equal("resolved DatabaseUnavailable", second.Told[^1]);
    }

    [Fact]
    public void Restart_ChangesAndSilences_AreKept()
    {
        var first = Start();
        first.Run(1);
        first.Book.ChangeRule("MemoryHigh", new RuleChange(Threshold: 0.5));
        first.Book.Silence(new SilenceDraft([new("severity", "=", "warning")], null, _time.GetUtcNow() + TimeSpan.FromHours(1), "alice", "planned"));
        first.Book.SetMaintenance(true);
        first.Step();
        first.Dispose();

        var second = Start();
        second.Run(1);

        Assert.Equal(0.5, second.Book.Current.Rules.Single(r => r.Name == "MemoryHigh").Settings.Threshold);
        Assert.Equal("planned", Assert.Single(second.Book.Current.Silences).Silence.Comment);
        Assert.True(second.Book.Current.Maintenance);
    }

    [Fact]
    public void Restart_StateFileIsGarbled_StartsFromNothingAndKeepsTheFile()
    {
        File.WriteAllText(Path.Combine(_folder, "alerts.json"), "{ \"Open\": [ {");

        var bed = Start();
        DatabaseIs(bed, 0);
        bed.Run(2);

        Assert.Equal(["firing DatabaseUnavailable"], bed.Told);
        Assert.True(File.Exists(Path.Combine(_folder, "alerts.json.unreadable")));
    }

    [Fact]
    public void TwoEvaluators_OnOneFolder_TellOnce()
    {
        var first = Start();
        var second = Start(first.Numbers);
        DatabaseIs(first, 0);
        Assert.Same(first.Numbers, second.Numbers);
        for (var i = 0; i < 30; i++)
        {
            first.Run(1);
            second.Step();
        }

        Assert.Equal(["DatabaseUnavailable"], second.Firing);
        Assert.Equal(["firing DatabaseUnavailable"], first.Told.Concat(second.Told));
    }

    [Fact]
    public void TwoEvaluators_TheOneThatTellsIsGone_TheOtherTakesOverWithoutTellingAgain()
    {
        var first = Start();
        var second = Start(first.Numbers);
        DatabaseIs(first, 0);
        first.Run(5);
        second.Step();
        first.Dispose();

        second.Run(5);
        Assert.Equal(["firing DatabaseUnavailable"], second.Told);

        DatabaseIs(second, 1);
        second.Run(100);
        Assert.Equal(["firing DatabaseUnavailable", "resolved DatabaseUnavailable"], second.Told);
    }

    [Fact]
    public void Folder_ThatCannotBeUsed_DoesNotKeepAPageFromGoingOut()
    {
        var file = Path.Combine(_folder, "a-file");
        File.WriteAllText(file, "");
        var bed = new AlertBed(_time, Path.Combine(file, "below"));
        _beds.Add(bed);
        DatabaseIs(bed, 0);
        bed.Run(2);

        Assert.Equal(["firing DatabaseUnavailable"], bed.Told);
    }

    public void Dispose() => _beds.ForEach(b => b.Dispose());

    private AlertBed Start(Numbers? numbers = null)
    {
        var bed = new AlertBed(_time, _folder, numbers);
        _beds.Add(bed);
        return bed;
    }

    private static void DatabaseIs(AlertBed bed, double up) => bed.Numbers.Gauge("chat.dependency.up", up, "dependency=database", source: "w1");
}
