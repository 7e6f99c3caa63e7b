using System.Buffers;
using System.IO.Pipelines;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Backplane.Scaleout;

/// <summary>A connection as the server sees it, with its client's end in the hands of the test.</summary>
internal sealed class TestConnection : IInvocationBinder
{
    private readonly JsonHubProtocol _protocol = new();
    private readonly Pipe _toClient;

    /// <param name="user">Whose it is.</param>
    /// <param name="roomBytes">What fits between server and client before a write has to wait.</param>
    /// <param name="context">Makes the server's end; null: the usual one.</param>
    public TestConnection(
        string? user = null, long roomBytes = 1024 * 1024, Func<ConnectionContext, HubConnectionContextOptions, HubConnectionContext>? context = null)
    {
        _toClient = new Pipe(new PipeOptions(pauseWriterThreshold: roomBytes, resumeWriterThreshold: roomBytes / 2));
        var toServer = new Pipe();
        var transport = new DefaultConnectionContext(Guid.NewGuid().ToString("N"))
        {
            Transport = new Duplex(toServer.Reader, _toClient.Writer),
        };
        var options = new HubConnectionContextOptions { KeepAliveInterval = TimeSpan.FromMinutes(5), ClientTimeoutInterval = TimeSpan.FromMinutes(5) };
        Context = context?.Invoke(transport, options) ?? new HubConnectionContext(transport, options, NullLoggerFactory.Instance);
        Context.Protocol = _protocol;
        Context.UserIdentifier = user;
    }

    public HubConnectionContext Context { get; }

    public string Id => Context.ConnectionId;

    public static implicit operator HubConnectionContext(TestConnection connection) => connection.Context;

    public static TestConnection ThatFails() =>
        new(context: (transport, options) => new FailingContext(transport, options));

    public async Task<InvocationMessage> ReadAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        while (true)
        {
            var read = await _toClient.Reader.ReadAsync(patience.Token);
            if (TryParse(read.Buffer) is { } message)
            {
                return message;
            }

            if (read.IsCompleted)
            {
                throw new EndOfStreamException("The server ended the connection.");
            }
        }
    }

    /// <summary>What has arrived already; null when nothing has.</summary>
    public InvocationMessage? TryRead() => _toClient.Reader.TryRead(out var read) ? TryParse(read.Buffer) : null;

    /// <summary>The next message is this one.</summary>
    public async Task AssertReadsAsync(string target, string argument)
    {
        var message = await ReadAsync();
        Assert.Equal((target, argument), (message.Target, Assert.Single(message.Arguments)));
    }

    public Type GetReturnType(string invocationId) => typeof(string);

    public IReadOnlyList<Type> GetParameterTypes(string methodName) => [typeof(string)];

    public Type GetStreamItemType(string streamId) => typeof(string);

    private InvocationMessage? TryParse(ReadOnlySequence<byte> buffer)
    {
        if (_protocol.TryParseMessage(ref buffer, this, out var message))
        {
            _toClient.Reader.AdvanceTo(buffer.Start);
            return Assert.IsType<InvocationMessage>(message);
        }

        _toClient.Reader.AdvanceTo(buffer.Start, buffer.End);
        return null;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class FailingContext(ConnectionContext transport, HubConnectionContextOptions options)
        : HubConnectionContext(transport, options, NullLoggerFactory.Instance)
    {
        public override ValueTask WriteAsync(HubMessage message, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("on purpose");

        public override ValueTask WriteAsync(SerializedHubMessage message, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("on purpose");
    }
}
