using Chat.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Tests.Client.Support;

/// <summary>One client's connection as the server sees it.</summary>
internal sealed class ServerConnection(HubCallerContext context, IClientProxy client)
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Every call except acknowledgements, in the order of arrival.</summary>
    public Inflow<object> Calls { get; } = new("call");

    public Inflow<IReadOnlyList<AckPosition>> Acks { get; } = new("acknowledgement");

    public Task Closed => _closed.Task;

    public string? Authorization { get; } = context.GetHttpContext()!.Request.Headers.Authorization;

    public string? Device { get; } = context.GetHttpContext()!.Request.Query["device"];

    public Task SendAsync(params ChatEvent[] events) => client.SendAsync("Events", events);

    public Task SendAsync(Notice notice) => client.SendAsync("Notice", notice);

    /// <summary>The cable is cut: no close frame.</summary>
    public void Abort() => context.Abort();

    public void Close() => _closed.TrySetResult();

    /// <summary>Waits until the conversation is acknowledged up to the seq, and not beyond.</summary>
    public async Task AckedAsync(string conversation, long seq)
    {
        while (true)
        {
            var positions = await Acks.NextAsync();
            var here = positions.Where(position => position.Conversation == conversation && position.Error is null).ToList();
            Assert.All(here, position => Assert.InRange(position.Seq, 1, seq));
            if (here.Exists(position => position.Seq == seq))
            {
                return;
            }
        }
    }
}
