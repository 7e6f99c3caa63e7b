using System.Reflection;
using Chat.Contracts;

namespace Chat.Tests.Faults.Checker;

/// <summary>I11: every send is answered in time by a receipt or a known error code, unless its connection ended first.</summary>
internal static class AnswerRule
{
    private static readonly HashSet<string> KnownCodes =
        [.. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!)];

    public static IEnumerable<Violation> Check(HistoryFacts facts, CheckerOptions options)
    {
        foreach (var message in facts.Messages.Values)
        {
            foreach (var (_, send, _, answer) in message.Attempts)
            {
                if (Fault(send, answer, options) is { } fault)
                {
                    yield return new Violation(Invariant.ErrorContract, fault, $"{message.Key}", $"call {send.Call}");
                }
            }
        }
    }

    private static string? Fault(HistoryEvent send, HistoryEvent? answer, CheckerOptions options) => answer switch
    {
        null => "never answered",
        { Op: HistoryOp.Timeout, Code: HistoryEvent.ConnectionLost } => null,
        { Op: HistoryOp.Timeout } => "not answered in time",
        { Op: HistoryOp.Nack, Code: null } => "refused without a code",
        { Op: HistoryOp.Nack, Code: var code } when !KnownCodes.Contains(code) => $"refused with the unknown code {code}",
        _ when answer.T - send.T > options.AnswerWithin.TotalMilliseconds => $"answered after {(answer.T - send.T) / 1000:0.0} s",
        _ => null,
    };
}
