using Chat.Contracts.Management;

namespace Chat.Server.Management.Asking;

internal sealed record LettersQuestion(string? User, string? Conversation, string? Reason, string Sort, bool Descending, int Skip, int Take);

internal sealed record LetterGroupsQuestion;

/// <summary>Replays or discards: either ids or a filter, and with a filter how many the caller saw.</summary>
internal sealed record LetterActQuestion(IReadOnlyList<string>? Ids, DeadLetterFilter? Filter, bool Discard, bool DryRun, long? Expected, string By);

internal sealed record BlocksQuestion(string? Search, int Skip, int Take);

internal sealed record BlockQuestion(string User, string Reason, string By, DateTimeOffset? Until);

internal sealed record UnblockQuestion(string User);

/// <summary>Whether it was otherwise before.</summary>
internal sealed record BlockChange(bool Changed);
