using System.Diagnostics;
using System.Text;
using Chat.Server.Access;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Hubs.Hostile;

/// <summary>
/// Bad connects of every kind, thousands of them (<c>CHAT_BAD_CONNECTS</c>; 600 unless told): memory and file descriptors stay where they were, and
/// the log does not grow with them.
/// </summary>
public sealed class When_bad_clients_come_in_thousands(ITestOutputHelper output)
{
    private const int MostKinds = 3;
    // Some are let wait by the server, for the end of a handshake that never comes or of a close that nobody answers.
    private const int AtOnce = 100;
    private const long MostGrowth = 64L * 1024 * 1024;

    // Sockets come back to where they were. Pooled connections to the database and assemblies are opened when they are first needed, and stay.
    private const int MostPooled = 60;

    private static int Count => int.TryParse(Environment.GetEnvironmentVariable("CHAT_BAD_CONNECTS"), out var count) ? count : 600;

    [Fact]
    public async Task Memory_stays_flat_nothing_leaks_and_others_are_served()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Workers = 0 }.With("Hubs:HandshakeTimeout", "00:00:02"));
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        var conversation = (await alice.CreateDirectAsync("bob")).Id;
        var pid = server.Process.Id;
        var sockets = ProcFs.OpenSockets(pid);

        // The first ones warm the server up; what they take is not growth.
        await BadAsync(server, Count / 3);
        await SettledAsync(pid, sockets);
        var (memory, files, lines) = (ProcFs.ResidentBytes(pid), ProcFs.OpenFiles(pid), server.Output.Count);
        var since = Stopwatch.GetTimestamp();

        await BadAsync(server, Count);
        await SettledAsync(pid, sockets);

        var growth = ProcFs.ResidentBytes(pid) - memory;
        output.WriteLine(
            $"{Count} bad connects in {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s: {growth / 1024 / 1024} MB more than {memory / 1024 / 1024} MB, "
            + $"{ProcFs.OpenFiles(pid)} files after {files}, {server.Output.Count - lines} lines of log");
        var most = MostKinds * (RefusalLog.AtOnce + (Stopwatch.GetElapsedTime(since).TotalSeconds / 10));
        Assert.True(server.Output.Count - lines <= most, $"{Count} bad connects wrote {server.Output.Count - lines} lines:\n{server.Output}");
        Assert.InRange(ProcFs.OpenFiles(pid), 1, files + MostPooled);
        Assert.True(growth < MostGrowth, $"{Count} bad connects took {growth / 1024 / 1024} MB, from {memory / 1024 / 1024} MB on.");
        Assert.True((await alice.SendAsync(conversation, new { text = "still here" })).Ok);
        Assert.True(alice.IsConnected);
        Assert.DoesNotContain("Unhandled", server.Output.ToString());
    }

    private static Task SettledAsync(int pid, int sockets) =>
        Eventually.TrueAsync(() => ProcFs.OpenSockets(pid) <= sockets, $"there are no more than {sockets} open sockets", TimeSpan.FromSeconds(60));

    private static async Task BadAsync(ServerProcess server, int count) =>
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, _) =>
        {
            try
            {
                await OneAsync(server.Url, n);
            }
            catch (IOException)
            {
                // Cut while it was still talking: that is what it came for.
            }
        });

    private static async Task OneAsync(Uri server, int n)
    {
        var token = TestTokens.For($"mallory-{n % 7}");
        switch (n % 8)
        {
            case 0:
                await using (var silent = await RawWebSocket.OpenAsync(server))
                {
                    await silent.SendAsync("GET /hubs/chat HTTP/1.1\r\nHost: x\r\n"u8.ToArray());
                }

                break;
            case 1:
                await EndAsync(await RawWebSocket.OpenAsync(server), socket => socket.SendAsync([.. Enumerable.Repeat((byte)0x16, 4096), .. "\r\n\r\n"u8]));
                break;
            case 2:
                var origin = n % 16 < 8 ? "" : "Origin: https://evil.example\r\n";
                await EndAsync(await RawWebSocket.OpenAsync(server), socket => socket.SendAsync(Encoding.ASCII.GetBytes(
                    $"GET /hubs/chat?access_token={new string('x', 2_000)} HTTP/1.1\r\nHost: x\r\n{origin}Connection: close\r\n\r\n")));
                break;
            case 3:
                await EndAsync(await RawWebSocket.UpgradedAsync(server, token), socket => socket.SendFrameAsync(RawWebSocket.Text, "nonsense\u001e"u8.ToArray()));
                break;
            case 4:
                await EndAsync(await RawWebSocket.ReadyAsync(server, token), socket => socket.SendFrameAsync(RawWebSocket.Text, new byte[70_000]));
                break;
            case 5:
                await EndAsync(await RawWebSocket.ReadyAsync(server, token), socket => socket.SendFrameAsync(RawWebSocket.Binary, new byte[64], masked: false));
                break;
            case 6:
                // Gone without a word, in the middle of a frame.
                await using (var gone = await RawWebSocket.ReadyAsync(server, token))
                {
                    await gone.SendFrameAsync(RawWebSocket.Text, new byte[100], claimed: 60_000);
                }

                break;
            default:
                await EndAsync(await RawWebSocket.UpgradedAsync(server, token), _ => Task.CompletedTask);
                break;
        }
    }

    private static async Task EndAsync(RawWebSocket socket, Func<RawWebSocket, Task> act)
    {
        await using (socket)
        {
            await act(socket);
            await socket.ClosedAsync(TimeSpan.FromMinutes(3));
            Assert.DoesNotContain("   at ", socket.Heard);
        }
    }
}
