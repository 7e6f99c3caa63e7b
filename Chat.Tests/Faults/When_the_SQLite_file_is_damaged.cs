using Chat.Tests.Support;
using Chat.Tests.Support.Clients;

namespace Chat.Tests.Faults;

/// <summary>F20: a file that cannot be right is not served from; whoever starts the server reads what to do.</summary>
public sealed class When_the_SQLite_file_is_damaged
{
    [Theory]
    [InlineData("its head is overwritten")]
    [InlineData("it is cut in the middle")]
    public async Task The_start_is_refused_with_advice_and_the_file_stays_as_it_is(string damage)
    {
        var file = Path.Combine(TestRun.NewFolder("damaged"), "chat.db");
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Database = $"Data Source={file}", Workers = 0 });
        await using (var alice = await StockClient.ConnectedAsync(server.Url, "alice"))
        {
            Assert.True((await alice.SendUntilTakenAsync(await alice.BeginDirectAsync("bob"), "hello")).Ok);
        }

        Assert.Equal(0, await server.SigtermAsync());
        Damage(file, damage);
        var damaged = await File.ReadAllBytesAsync(file);

        server.Launch();
        var code = await server.Process.Exited.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.True(code == 78, $"It ended with {code}: {server.Output}");
        Assert.Contains("The SQLite file is damaged", server.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Restore it from a backup", server.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(file));
    }

    private static void Damage(string file, string how)
    {
        using var bytes = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        if (how == "it is cut in the middle")
        {
            bytes.SetLength(bytes.Length / 2);
        }
        else
        {
            bytes.Write(new byte[64]);
        }
    }
}
