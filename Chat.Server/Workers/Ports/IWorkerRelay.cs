namespace Chat.Server.Workers.Ports;

/// <summary>
/// Carries bytes to the other workers of this machine, through the supervisor. Best effort: to a worker that does not keep up
/// a payload is dropped (and counted) rather than held. In a single process there is nobody to carry to.
/// </summary>
internal interface IWorkerRelay
{
    /// <summary>False: dropped, because the way to the supervisor is full or gone.</summary>
    bool Publish(ReadOnlyMemory<byte> payload);

    /// <summary>In the order of arrival, on one dedicated thread that also hears of the supervisor's end: a handler must not block.</summary>
    event Action<ReadOnlyMemory<byte>>? Received;
}
