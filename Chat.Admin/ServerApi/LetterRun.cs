using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>How far a replay or a discarding is.</summary>
/// <param name="Verb">What is done.</param>
/// <param name="Total">So many letters were meant.</param>
public sealed record LetterRun(string Verb, long Total)
{
    public long Done { get; init; }

    public long Failed { get; init; }

    /// <summary>More is being done.</summary>
    public bool Running { get; init; } = true;

    /// <summary>Of a selection: how each letter stands.</summary>
    public IReadOnlyList<DeadLetterStanding> Letters { get; init; } = [];

    public string Text => $"Done: {Done} of {Total}. Failed: {Failed}.";

    internal LetterRun After(DeadLetterResult result) =>
        this with { Done = Done + result.Done, Failed = Failed + result.Failed, Letters = [.. Letters, .. result.Letters] };

    /// <summary>The same letters as they stand by now.</summary>
    internal LetterRun Now(IReadOnlyList<DeadLetterStanding> letters)
    {
        var now = letters.ToDictionary(l => l.Letter.Id);
        return this with { Letters = [.. Letters.Select(l => now.GetValueOrDefault(l.Letter.Id, l))] };
    }
}
