using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using Chat.Client;
using Chat.Client.Connecting;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Client.Connecting;

public sealed class WebSocketConnectionTests : IAsyncLifetime
{
    private readonly TaskCompletionSource<WebSocketReceiveResult> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<WebSocket, Task> _serve = _ => Task.CompletedTask;
    private WebApplication _app = null!;
    private Uri _address = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(async context => await _serve(await context.WebSockets.AcceptWebSocketAsync()));
        await _app.StartAsync();
        var url = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _address = new UriBuilder(url) { Scheme = "ws" }.Uri;
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Write_OfMuchAtOnce_ArrivesAsOneTextMessageWithoutCutLetters()
    {
        _serve = EchoAsync;
        await using var connection = await ConnectAsync();
        var text = string.Concat(Enumerable.Repeat("漢字🙂", 60_000));

        await connection.Transport.Output.WriteAsync(Encoding.UTF8.GetBytes(text));

        Assert.Equal(text, await ReadAsync(connection.Transport.Input, Encoding.UTF8.GetByteCount(text)));
    }

    [Fact]
    public async Task Dispose_ClosesWithACloseFrameAfterWhatWasWritten()
    {
        _serve = EchoAsync;
        var connection = await ConnectAsync();
        await connection.Transport.Output.WriteAsync("last words"u8.ToArray());

        await connection.DisposeAsync();

        Assert.Equal(WebSocketCloseStatus.NormalClosure, (await _closed.Task.WaitAsync(Eventually.Patience)).CloseStatus);
    }

    [Fact]
    public async Task Dispose_OfAConnectionWhoseServerNeverAnswers_EndsWithinTheCloseTimeout()
    {
        var time = new ManualTimeProvider();
        var stuck = new TaskCompletionSource();
        _serve = _ => stuck.Task;
        var connection = await ConnectAsync(time);

        var disposing = connection.DisposeAsync();
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        Assert.False(disposing.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));

        await disposing.AsTask().WaitAsync(Eventually.Patience);
        stuck.SetResult();
    }

    [Fact]
    public async Task Close_ByTheServer_EndsTheInput()
    {
        _serve = socket => socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await using var connection = await ConnectAsync();

        Assert.True((await connection.Transport.Input.ReadAsync().AsTask().WaitAsync(Eventually.Patience)).IsCompleted);
    }

    [Fact]
    public async Task Abort_EndsTheInputWithAnError()
    {
        _serve = EchoAsync;
        await using var connection = await ConnectAsync();
        var reading = connection.Transport.Input.ReadAsync().AsTask();

        connection.Abort();

        await Assert.ThrowsAnyAsync<Exception>(() => reading.WaitAsync(Eventually.Patience));
    }

    private ValueTask<ConnectionContext> ConnectAsync(TimeProvider? time = null)
        => new WebSocketConnectionFactory(new ChatClientOptions { TimeProvider = time ?? TimeProvider.System })
            .ConnectAsync(new UriEndPoint(_address));

    private async Task EchoAsync(WebSocket socket)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    _closed.TrySetResult(received);
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    return;
                }

                // The server's socket checks that a whole message is valid text.
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
            }
        }
        catch (WebSocketException)
        {
            // Aborted by the test.
        }
    }

    private static async Task<string> ReadAsync(PipeReader input, int length)
    {
        while (true)
        {
            var read = await input.ReadAsync().AsTask().WaitAsync(Eventually.Patience);
            if (read.Buffer.Length >= length || read.IsCompleted)
            {
                return Encoding.UTF8.GetString(read.Buffer);
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
