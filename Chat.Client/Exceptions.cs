namespace Chat.Client;

/// <summary>The client is closed: disposed, or sent away by the server. With an outbox on disk what was not sent goes out with the next client.</summary>
public sealed class ChatClosedException : InvalidOperationException
{
    internal ChatClosedException(string? code)
        : base(code is null ? "The chat client is closed." : $"The server closed this client for good: {code}.") => Code = code;

    /// <summary>The server's reason as an error code of the wire; <c>null</c> when the client was disposed.</summary>
    public string? Code { get; }
}

/// <summary>More sends wait for a receipt than <see cref="ChatClientOptions.OutboxCapacity"/> allows. Nothing was kept of this one.</summary>
public sealed class OutboxFullException : InvalidOperationException
{
    internal OutboxFullException(int capacity)
        : base($"The outbox holds {capacity} sends that have no receipt yet; wait for some of them or raise {nameof(ChatClientOptions.OutboxCapacity)}.")
        => Capacity = capacity;

    /// <summary>How many it may hold.</summary>
    public int Capacity { get; }
}
