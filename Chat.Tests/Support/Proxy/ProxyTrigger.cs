namespace Chat.Tests.Support.Proxy;

/// <summary>What becomes of the request that a trigger waits for.</summary>
public enum RequestFault
{
    /// <summary>The server gets it and answers; the answer is thrown away and the connection reset. The client cannot know.</summary>
    LoseReply,

    /// <summary>The connection is reset before the server gets it.</summary>
    LoseRequest,

    /// <summary>The server gets it; the answer and all after it are thrown away and the connection stays open.</summary>
    SwallowReplies,
}

/// <summary>Armed by <see cref="TcpProxy.On"/>: strikes the first requests that match, on whichever connection they come.</summary>
internal sealed class ProxyTrigger(ByteSequence request, ByteSequence? reply, RequestFault fault, int times)
{
    private readonly TaskCompletionSource _struck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;
    private int _strikes;
    private volatile bool _disarmed;

    public RequestFault Fault => fault;

    /// <summary>How often it was carried out.</summary>
    public int Strikes => Volatile.Read(ref _strikes);

    /// <summary>Ends when it was carried out as often as asked for: with <see cref="RequestFault.LoseReply"/> the server has answered.</summary>
    public Task Struck => _struck.Task;

    public void Disarm() => _disarmed = true;

    internal ByteSequence.Search BeginRequest() => request.Begin();

    /// <summary>Null: whatever the server says next is the answer.</summary>
    internal ByteSequence.Search? BeginReply() => reply?.Begin();

    internal bool TryTake() => !_disarmed && Interlocked.Increment(ref _taken) <= times;

    internal void Strike()
    {
        if (Interlocked.Increment(ref _strikes) == times)
        {
            _struck.TrySetResult();
        }
    }
}
