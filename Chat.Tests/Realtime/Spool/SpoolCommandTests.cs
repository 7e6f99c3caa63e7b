using Chat.Server.Realtime.Spool;
using Chat.Tests.Support;

namespace Chat.Tests.Realtime.Spool;

/// <summary>The command <c>spool</c>: what an operator sees of the spool, and how he gets back what was set aside.</summary>
public sealed class SpoolCommandTests
{
    /// <summary>A worker dies in an outage and its file is damaged in the middle. What is before is stored by itself, what is behind by the command.</summary>
    [Fact]
    public async Task Requeue_FileDamagedInTheMiddle_StoresWhatIsBehind_AndSaysWhatIsLost()
    {
        var bed = await RealtimeBed.StartAsync();
        var folder = Path.Combine(bed.Server.Folder, "spool");
        await bed.LoseStorageAsync();
        for (var n = 1; n <= 5; n++)
        {
            Assert.True((await bed.Alice.SendAsync(bed.Conversation, $"m{n}", $"secret {n}")).Ok);
        }

        await bed.DisposeAsync();
        var file = Assert.Single(Directory.GetFiles(folder, "*.spool"));
        var third = SpoolSalvage.Read(file)[2];
        var bytes = File.ReadAllBytes(file);
        bytes[third.At + (third.Length / 2)] ^= 0x10;
        File.WriteAllBytes(file, bytes);

        await using var successor = await RealtimeBed.StartServerAsync(
            $"ConnectionStrings:Chat=Data Source={Path.Combine(bed.Server.Folder, "chat.db")}", $"Realtime:SpoolFolder={folder}");
        await Eventually.TrueAsync(() => Directory.GetFiles(folder, "*.unreadable").Length == 1, "the rest is set aside");
        var alice = await successor.ConnectAsync("alice", "again");
        Assert.Equal(["m0", "m1", "m2"], await RealtimeWorkersTests.LogAsync(alice, bed.Conversation));
        var kept = Path.GetFileName(Path.ChangeExtension(file, ".unreadable"));

        var listed = Run(folder);
        var shown = Run(folder, kept);
        var requeued = Run(folder, "requeue", kept);

        Assert.Contains($"{kept}: 2 sends wait, 2 are stored, {third.Length} bytes cannot be read", listed, StringComparison.Ordinal);
        Assert.Contains($"text of alice to {bed.Conversation}, id m5, ", shown, StringComparison.Ordinal);
        Assert.Contains($"at {third.At}: {third.Length} bytes that cannot be read", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", listed + shown + requeued, StringComparison.Ordinal);
        Assert.Contains($"at {third.At}: {third.Length} bytes", requeued, StringComparison.Ordinal);
        await Eventually.TrueAsync(
            async () => (await RealtimeWorkersTests.LogAsync(alice, bed.Conversation)).SequenceEqual(["m0", "m1", "m2", "m4", "m5"]), "what can be read is stored, in its order");
        await Eventually.EqualAsync(
            Path.ChangeExtension(kept, ".requeued"), () => string.Join(", ", Directory.GetFiles(folder, "*-*").Select(Path.GetFileName)), "what is left of it");
    }

    [Fact]
    public void Run_WhatIsNoFileOfTheSpool_IsSaid()
    {
        var folder = TestRun.NewFolder("spool");
        File.WriteAllText(Path.Combine(folder, "other.unreadable"), "what a program of the future wrote here");
        using var living = SpoolFile.Create(Path.Combine(folder, "living.spool"));

        Assert.Contains("other.unreadable: it does not begin as a file of the spool does", Run(folder), StringComparison.Ordinal);
        Assert.Contains("living.spool: 0 sends wait", Run(folder), StringComparison.Ordinal);
        Assert.Contains("it does not begin", Run(folder, 1, "requeue", "other.unreadable"), StringComparison.Ordinal);
        Assert.Contains("Only what was set aside", Run(folder, 2, "requeue", "living.spool"), StringComparison.Ordinal);
        Assert.Contains("nowhere.unreadable", Run(folder, 1, "requeue", "nowhere.unreadable"), StringComparison.Ordinal);
        Assert.Contains("Usage", Run(folder, 2, "requeue", "two", "files"), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "other.unreadable")));
    }

    private static string Run(string folder, params string[] words) => Run(folder, 0, words);

    private static string Run(string folder, int code, params string[] words)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.Equal(code, SpoolCommand.Run(folder, words, output, error));
        return $"{output}{error}";
    }
}
