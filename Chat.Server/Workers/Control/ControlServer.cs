using System.Net.Sockets;

namespace Chat.Server.Workers.Control;

/// <summary>
/// The supervisor's local socket. It lies in a folder that only this user may enter; a worker still has to show the key of its own start.
/// (Unix domain sockets exist on Windows, too, so there is one way for all systems.)
/// </summary>
internal sealed partial class ControlServer(TimeProvider time, ILogger<ControlServer> logger) : IAsyncDisposable
{
    private static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("chat-");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stopping = new();
    private Task _accepting = Task.CompletedTask;

    public string SocketPath => Path.Combine(_folder.FullName, "control");

    /// <param name="onWorker">Serves the link until it ends; false when nobody waits for such a worker.</param>
    public void Start(Func<Hello, WorkerLink, CancellationToken, Task<bool>> onWorker)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen(64);
        _accepting = AcceptAsync(onWorker);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _folder.Refresh();
        if (_folder.Exists)
        {
            _folder.Delete(recursive: true);
        }
    }

    private async Task AcceptAsync(Func<Hello, WorkerLink, CancellationToken, Task<bool>> onWorker)
    {
        List<Task> serving = [];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stopping.Token);
                serving.RemoveAll(task => task.IsCompleted);
                serving.Add(ServeAsync(socket, onWorker));
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException error)
            {
                // Such as no file descriptor being left; that may pass, and without this loop no worker could ever report again.
                Log.NotAccepted(logger, error.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(Socket socket, Func<Hello, WorkerLink, CancellationToken, Task<bool>> onWorker)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            waiting.CancelAfter(HelloTimeout);
            if (await ControlFrame.ReadAsync(stream, waiting.Token) is { Kind: FrameKind.Message } frame
                && ControlMessage.Parse(frame.Payload.Span) is Hello hello)
            {
                await using var link = new WorkerLink(stream);
                if (!await onWorker(hello, link, _stopping.Token))
                {
                    Log.Stranger(logger, hello.Id, hello.Pid);
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or InvalidDataException or System.Text.Json.JsonException)
        {
            // A connection that never became a worker's; the worker, if it was one, dies of it and is replaced.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Warning, "A process called itself {Worker} (pid {Pid}) on the control socket, but no such start is waiting; it was sent away.")]
        public static partial void Stranger(ILogger logger, string worker, int pid);

        [LoggerMessage(3002, LogLevel.Error, "The control socket could not accept a worker: {Problem}")]
        public static partial void NotAccepted(ILogger logger, string problem);
    }
}
