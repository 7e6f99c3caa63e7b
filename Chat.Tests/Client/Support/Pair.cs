using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Support;

namespace Chat.Tests.Client.Support;

/// <summary>Two users with our client and their conversation, on a real server.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private Pair(ClientUnderTest alice, ClientUnderTest bob, string conversation)
        => (Alice, Bob, Conversation) = (alice, bob, conversation);

    public ClientUnderTest Alice { get; }

    public ClientUnderTest Bob { get; }

    public string Conversation { get; }

    public static async Task<Pair> ConnectAsync(Uri server, Func<string, string> token, Action<ChatClientOptions>? configure = null)
    {
        ClientUnderTest Connect(string user) => new(server, o =>
        {
            o.AccessTokenProvider = _ => ValueTask.FromResult<string?>(token(user));
            configure?.Invoke(o);
        });
        var alice = Connect("alice");
        var bob = Connect("bob");
        await alice.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        await bob.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        var created = await alice.Client.CreateDirectAsync("bob").WaitAsync(Eventually.Patience);
        Assert.True(created.Ok, created.Error?.ToString());
        return new Pair(alice, bob, created.Conversation!.Id);
    }

    /// <summary>Alice sends; the ids say in which order.</summary>
    public List<Task<Receipt>> Send(int from, int count)
        => [.. Enumerable.Range(from, count).Select(n => Alice.Client.SendAsync(Conversation, "text", new { n }, id: Id(n)))];

    /// <summary>Both saw each message once, in the order in which it was sent, and so it is stored.</summary>
    public async Task AllArrivedAsync(IReadOnlyList<Task<Receipt>> sends)
    {
        var receipts = await Task.WhenAll(sends).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.All(receipts, receipt => Assert.True(receipt.Ok, receipt.Error?.ToString()));
        Assert.Equal(Enumerable.Range(1, sends.Count).Select(seq => (long?)seq), receipts.Select(receipt => receipt.Seq));
        foreach (var reader in new[] { Alice, Bob })
        {
            await Eventually.TrueAsync(() => reader.Events.All.Count >= sends.Count, "everything arrived", TimeSpan.FromSeconds(60));
            Assert.Equal(Enumerable.Range(1, sends.Count).Select(Id), reader.Events.All.Select(e => e.Id));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
    }

    private static string Id(int n) => $"m{n:0000}";
}
