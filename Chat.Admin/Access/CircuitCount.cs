using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Chat.Admin.Access;

/// <summary>How many pages are open, and the door that closes when they are too many.</summary>
internal sealed class CircuitCount
{
    private int _open;

    public int Open => Volatile.Read(ref _open);

    internal sealed class Handler(CircuitCount count) : CircuitHandler
    {
        public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref count._open);
            return Task.CompletedTask;
        }

        public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            Interlocked.Decrement(ref count._open);
            return Task.CompletedTask;
        }
    }
}
