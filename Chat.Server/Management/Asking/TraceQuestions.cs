using Chat.Contracts.Management;

namespace Chat.Server.Management.Asking;

/// <summary>To begin a trace; one with an id that is known already goes on as it is.</summary>
internal sealed record UserTraceOrder(string Id, string User, string By, double Seconds);

/// <summary>False when too many run there.</summary>
internal sealed record UserTraceStarted(bool Started);

internal sealed record UserTraceEnded(bool Ended);

/// <summary>What a worker has of a user's trace; an id of null is nothing.</summary>
internal sealed record UserTraceFound(string? Id, string By, bool Running, DateTimeOffset StartedAt, DateTimeOffset EndsAt, IReadOnlyList<UserTraceStep> Steps, long Before);
