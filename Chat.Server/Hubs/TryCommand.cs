using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Access;

namespace Chat.Server.Hubs;

/// <summary>
/// <c>try [ADDRESS]</c>: alice sends bob a first message through a running Development server. Speaks the wire itself, so it
/// shows what any client does and needs nothing but this program.
/// </summary>
internal static class TryCommand
{
    public const string Usage = "try [ADDRESS]";

    private const string DefaultAddress = "http://localhost:5080";

    public static async Task<int> RunAsync(IReadOnlyList<string> words)
    {
        if (words.Count > 1)
        {
            Console.Error.WriteLine($"Usage: {Usage}");
            return 2;
        }

        var address = words.Count == 1 ? words[0] : DefaultAddress;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        try
        {
            await RunAsync(new Uri(address), limit.Token);
            return 0;
        }
        catch (Exception e) when (e is HttpRequestException or WebSocketException or OperationCanceledException or InvalidDataException or UriFormatException)
        {
            Console.Error.WriteLine($"No luck at {address}: {e.Message}");
            Console.Error.WriteLine("Is the server running there, in Development?");
            return 1;
        }
    }

    private static async Task RunAsync(Uri address, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = address };
        await WaitForServerAsync(http, cancellation);
        using var alice = await ConnectAsync(http, "alice", cancellation);
        using var bob = await ConnectAsync(http, "bob", cancellation);

        var created = await alice.CallAsync("CreateConversation", new { kind = "direct", members = new[] { "bob" } }, cancellation);
        var conversation = created.GetProperty("conversation").GetProperty("id").GetString()!;
        Console.WriteLine($"alice → CreateConversation: {conversation}");

        var id = Guid.CreateVersion7().ToString();
        var receipt = await alice.CallAsync(
            "Send", new { id, conversation, type = "text", body = new { text = "Hello, Bob!" } }, cancellation);
        Console.WriteLine($"alice → Send:               {receipt}");

        var got = await bob.EventAsync(id, cancellation);
        Console.WriteLine($"bob   ← Events:             {got}");
        await bob.TellAsync("Ack", new[] { new { conversation, seq = got.GetProperty("seq").GetInt64() } }, cancellation);
        Console.WriteLine("bob   → Ack");
    }

    private static async Task<RawHubClient> ConnectAsync(HttpClient http, string user, CancellationToken cancellation)
    {
        using var answer = await http.PostAsJsonAsync(TokenEndpoint.Path, new { user }, cancellation);
        answer.EnsureSuccessStatusCode();
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>(ChatJson.Options, cancellation)).GetProperty("token").GetString()!;
        return await RawHubClient.ConnectAsync(new Uri(http.BaseAddress!, ChatHubContract.Path), token, device: "try", cancellation);
    }

    /// <summary>Pasted while the server still starts, it should not fail for that.</summary>
    private static async Task WaitForServerAsync(HttpClient http, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var ready = await http.GetAsync("/ready", cancellation);
                return;
            }
            catch (HttpRequestException) when (attempt < 10)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), cancellation);
            }
        }
    }
}
