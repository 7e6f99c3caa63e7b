using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.Options;

namespace Chat.Admin.Access;

/// <summary>How many pages are connected, and the door that closes when they are too many. One that lost its connection is not counted: it is to come back.</summary>
internal sealed class CircuitCount(IOptions<AdminOptions> options)
{
    private int _connected;

    public bool IsFull => Volatile.Read(ref _connected) >= options.Value.MaxCircuits;

    /// <summary>One page's.</summary>
    internal sealed class Handler(CircuitCount count) : CircuitHandler
    {
        private int _isUp;

        public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken) => Set(1);

        // Told when the connection is lost and once more when the circuit ends.
        public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken) => Set(0);

        private Task Set(int up)
        {
            Interlocked.Add(ref count._connected, up - Interlocked.Exchange(ref _isUp, up));
            return Task.CompletedTask;
        }
    }
}
