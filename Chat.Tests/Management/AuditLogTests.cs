using Chat.Contracts.Management;
using Chat.Server.Management;
using Chat.Server.Management.Audit;
using Chat.Server.Management.Callers;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Management;

public sealed class AuditLogTests : IDisposable
{
    private static readonly Caller Alice = new("alice", ManagementRole.Admin, "key", null, "203.0.113.x", Delegates: false);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<ManagementMeter>().BuildServiceProvider();
    private readonly string _folder = TestRun.NewFolder("audit");

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Verify_WholeLog_IsOk()
    {
        using var log = Open();
        Append(log, 5);
        Assert.Equal((true, 5L, null), Verdict(log));
        Assert.Equal([5, 4, 3, 2, 1], log.Read(_ => true, null, 10, 1000, CancellationToken.None).Items.Select(r => r.Number));
    }

    [Fact]
    public void Verify_EmptyLog_IsOk()
    {
        using var log = Open();
        Assert.Equal((true, 0L, null), Verdict(log));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Verify_RemovedRow_IsFound(int row)
    {
        using (var log = Open())
        {
            Append(log, 5);
        }

        var lines = File.ReadAllLines(PathOf(1)).ToList();
        lines.RemoveAt(row - 1);
        File.WriteAllLines(PathOf(1), lines);

        using var reopened = Open();
        Append(reopened, 1);
        Assert.Equal((false, (long)row), (Verdict(reopened).Ok, Verdict(reopened).BrokenAt));
    }

    [Fact]
    public void Verify_ChangedRow_IsFound()
    {
        using var log = Open();
        Append(log, 5);
        using (var file = new FileStream(PathOf(1), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            using var reader = new StreamReader(file);
            var text = reader.ReadToEnd().Replace("object/3", "object/9", StringComparison.Ordinal);
            file.SetLength(0);
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }

        Assert.Equal((false, 2L, 3L), Verdict(log));
    }

    [Fact]
    public void Open_LogWithoutItsEnd_GoesOnBehindTheGapAndSaysSo()
    {
        using (var log = Open())
        {
            Append(log, 5);
        }

        File.WriteAllLines(PathOf(1), File.ReadAllLines(PathOf(1))[..3]);

        using var reopened = Open();
        Append(reopened, 1);
        var rows = reopened.Read(_ => true, null, 2, 10, CancellationToken.None).Items;
        Assert.Equal([7, 6], rows.Select(r => r.Number));
        Assert.Equal("audit.damaged", rows[1].Action);
        Assert.Equal((false, 4L), (Verdict(reopened).Ok, Verdict(reopened).BrokenAt));
    }

    [Fact]
    public void Open_TornRow_IsCutAndTheChainGoesOn()
    {
        using (var log = Open())
        {
            Append(log, 2);
        }

        File.AppendAllText(PathOf(1), """{"number":3,"act""");

        using var reopened = Open();
        Append(reopened, 1);
        Assert.Equal((true, 4L, null), Verdict(reopened));
        Assert.Equal("audit.damaged", reopened.Read(r => r.Number == 3, null, 1, 10, CancellationToken.None).Items[0].Action);
    }

    [Fact]
    public void Append_FullFile_GoesOnInTheNextWithOneChain()
    {
        using var log = Open(fileBytes: 64 * 1024);
        Append(log, 300, new string('x', 500));
        Assert.True(File.Exists(PathOf(2)));
        Assert.Equal((true, 300L, null), Verdict(log));

        var read = new List<long>();
        for (long? before = null; ;)
        {
            var stretch = log.Read(r => r.Number % 2 == 0, before, 40, 1000, CancellationToken.None);
            read.AddRange(stretch.Items.Select(r => r.Number));
            before = stretch.Before;
            if (before is null)
            {
                break;
            }
        }

        Assert.Equal(Enumerable.Range(1, 150).Select(n => 302L - (2 * n)), read);
    }

    [Fact]
    public void Append_UnwritableFolder_SaysSo()
    {
        File.WriteAllText(Path.Combine(_folder, "blocked"), "");
        using var log = Open(folder: Path.Combine(_folder, "blocked", "audit"));
        Assert.False(log.TryAppend(Draft(1, "x")));
    }

    [Fact]
    public void Append_LineBreaks_MakeNoRows()
    {
        using var log = Open();
        Assert.True(log.TryAppend(new(Alice, "a\nb", "o\r\n{\"number\":99}", "r\u2028\n", "done", null, null, "")));
        Assert.Single(File.ReadAllLines(CopyOf(PathOf(1))));
        Assert.True(Verdict(log).Ok);
    }

    private AuditLog Open(int fileBytes = 1024 * 1024, string? folder = null) => new(
        Options.Create(new ManagementOptions { AuditFolder = folder ?? _folder, AuditFileBytes = fileBytes }),
        _services.GetRequiredService<ManagementMeter>(),
        TimeProvider.System,
        NullLogger<AuditLog>.Instance);

    private static void Append(AuditLog log, int rows, string reason = "why")
    {
        for (var i = 1; i <= rows; i++)
        {
            Assert.True(log.TryAppend(Draft(i, reason)));
        }
    }

    private static AuditDraft Draft(int number, string reason) => new(Alice, "test", $"object/{number}", reason, "done", null, null, "trace");

    private static (bool Ok, long Rows, long? BrokenAt) Verdict(AuditLog log) =>
        log.Verify(CancellationToken.None) is var v ? (v.Ok, v.Rows, v.BrokenAt) : default;

    private string PathOf(int number) => Path.Combine(_folder, $"audit-{number:D6}.jsonl");

    private static string CopyOf(string path)
    {
        var copy = path + ".copy";
        File.Copy(path, copy, overwrite: true);
        return copy;
    }
}
