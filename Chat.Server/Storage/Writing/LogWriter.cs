namespace Chat.Server.Storage.Writing;

/// <summary>The one way into the logs of this process.</summary>
internal sealed class LogWriter
{
    /// <summary>
    /// Queues an append; its place in the order is taken before this returns. The answer comes through
    /// <see cref="Append.Outcome"/>, at once when the queue is full or storage is known to be away, else within <see cref="StorageOptions.AnswerWithin"/>.
    /// </summary>
    public Task<AppendOutcome> Submit(Append append) => append.Outcome;
}
