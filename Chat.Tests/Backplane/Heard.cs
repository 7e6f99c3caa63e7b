using System.Text;
using System.Threading.Channels;
using Chat.Server.Backplane;
using Chat.Tests.Support;

namespace Chat.Tests.Backplane;

/// <summary>A subscription that keeps what it hears.</summary>
internal sealed class Heard : IDisposable
{
    private readonly Channel<string> _messages = Channel.CreateUnbounded<string>();
    private readonly IBackplaneSubscription _subscription;

    private Heard(IBackplane bus, string channel) =>
        _subscription = bus.Subscribe(channel, (_, payload) => _messages.Writer.TryWrite(Encoding.UTF8.GetString(payload.Span)));

    /// <summary>Ends when the server knows of it.</summary>
    public static async Task<Heard> OnAsync(IBackplane bus, string channel)
    {
        var heard = new Heard(bus, channel);
        await heard._subscription.Ready.WaitAsync(Eventually.Patience);
        return heard;
    }

    public async Task<string> NextAsync() => await _messages.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Patience);

    /// <summary>What has been heard and not been read yet.</summary>
    public List<string> Rest()
    {
        var rest = new List<string>();
        while (_messages.Reader.TryRead(out var message))
        {
            rest.Add(message);
        }

        return rest;
    }

    public void Dispose() => _subscription.Dispose();
}
