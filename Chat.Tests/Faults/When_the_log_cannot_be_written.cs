using Chat.Tests.Support;
using Chat.Tests.Support.Clients;

namespace Chat.Tests.Faults;

/// <summary>F47: nobody reads the terminal and the disk of the log files is full. Messages go on; lines are lost and counted.</summary>
public sealed class When_the_log_cannot_be_written
{
    [Fact]
    public async Task Messages_go_on_and_the_lines_that_are_lost_are_counted()
    {
        await using var disk = await SmallDisk.MountAsync(1);
        disk.Fill();
        var pipe = Path.Combine(TestRun.NewFolder("terminal"), "unread");
        await ManagedProcess.RunAsync(new ProcessCommand("mkfifo", [pipe]));
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings
        {
            Workers = 0,
            // The shell opens the pipe for both directions, so that it stands without a reader, and becomes the server.
            Wrapper = ["/bin/sh", "-c", $"exec 3<>{pipe} \"$@\" >&3 2>&3", "sh"],
            // Not by the environment: a shell keeps no variable with a dot in its name.
            Arguments = ["--Logging:LogLevel:Microsoft.AspNetCore=Trace", "--Logging:LogLevel:Microsoft.EntityFrameworkCore=Debug"],
            Options = new Dictionary<string, string?>
            {
                ["Telemetry:Log:Folder"] = disk.Folder,
                ["Telemetry:Log:MaxWaiting"] = "200",
            },
        });
        // Not a page more goes into it.
        await ManagedProcess.RunAsync(new ProcessCommand("/bin/sh", ["-c", $"dd if=/dev/zero of={pipe} bs=4096 count=1000 oflag=nonblock || true"]));
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        await using var bob = await StockClient.ConnectedAsync(server.Url, "bob");
        var conversation = await alice.BeginDirectAsync("bob");

        for (var i = 1; i <= 200; i++)
        {
            var receipt = await alice.SendUntilTakenAsync(conversation, new { n = i });
            Assert.True(receipt.Ok, $"{receipt.Error}");
        }

        await bob.Inbox.WaitForAsync(e => e.Seq == 200);
        Assert.Equal(Enumerable.Range(1, 200).Select(n => (long?)n), bob.Inbox.Items.Select(e => e.Seq));
        foreach (var sink in (string[])["console", "file"])
        {
            await Eventually.GetAsync(
                async () => (await server.SamplesAsync("chat_log_dropped_total", "sink")).GetValueOrDefault(sink), lost => lost > 0, $"what the {sink} lost is counted");
        }

        Assert.Equal(System.Net.HttpStatusCode.OK, await server.StatusAsync("/ready"));
        Assert.Equal(0, await server.SigtermAsync());
    }
}
