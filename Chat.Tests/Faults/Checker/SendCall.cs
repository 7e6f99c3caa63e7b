using Chat.Contracts;

namespace Chat.Tests.Faults.Checker;

/// <summary>A send whose answer is still to be recorded; once.</summary>
internal sealed class SendCall(History history, string user, string conversation, string id, long number)
{
    public long Number => number;

    /// <summary>Whatever the server answered.</summary>
    public void Answered(Receipt receipt)
    {
        if (receipt.Ok)
        {
            Acked(receipt.Seq, receipt.Epoch, receipt.Status);
        }
        else
        {
            Nacked(receipt.Error?.Code, receipt.Error?.Retryable ?? false);
        }
    }

    public void Acked(long? seq, long? epoch = null, string? status = ReceiptStatus.Stored) =>
        history.Record(Answer(HistoryOp.Ack) with { Seq = seq, Epoch = epoch, Status = status });

    public void Nacked(string? code, bool retryable) =>
        history.Record(Answer(HistoryOp.Nack) with { Code = code, Retryable = retryable });

    /// <summary>The connection was up and no answer came in time.</summary>
    public void TimedOut() => history.Record(Answer(HistoryOp.Timeout));

    /// <summary>The connection ended first, so nobody knows.</summary>
    public void ConnectionLost() => history.Record(Answer(HistoryOp.Timeout) with { Code = HistoryEvent.ConnectionLost });

    private HistoryEvent Answer(HistoryOp op) =>
        new() { Op = op, User = user, Conv = conversation, ClientMsgId = id, Call = number };
}
