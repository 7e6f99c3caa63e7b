namespace Chat.Contracts;

/// <summary>Why a call was refused. Business errors are results, never exceptions.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>; tells what to do.</param>
/// <param name="Message">One sentence for a person; holds no internals.</param>
/// <param name="Retryable">Whether the same call with the same id may succeed now, later or elsewhere.</param>
/// <param name="RetryAfter">Seconds to wait before the retry; absent when there is no need to wait or no sense in retrying.</param>
/// <param name="TraceId">Identifies the call in the server's logs.</param>
public sealed record ChatError(string Code, string Message, bool Retryable, double? RetryAfter = null, string? TraceId = null);
