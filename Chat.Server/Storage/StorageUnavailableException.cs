namespace Chat.Server.Storage;

/// <summary>Storage does not answer; the caller is told <c>storage_unavailable</c>.</summary>
internal sealed class StorageUnavailableException(TimeSpan retryAfter, Exception? inner = null)
    : Exception("Storage is unavailable.", inner)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
