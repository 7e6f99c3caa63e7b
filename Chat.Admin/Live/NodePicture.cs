using Chat.Contracts.Management;

namespace Chat.Admin.Live;

/// <summary>What is known of one node: the last that it said, also while it says nothing.</summary>
internal sealed record NodePicture(string Name, Overview? Overview, DateTimeOffset? HeardAt, bool Connected, DateTimeOffset? LostAt, string? Problem)
{
    /// <summary>Its counters. Of a node that says nothing the last ones, but nobody can say that its workers serve.</summary>
    public OverviewTiles? Tiles => Connected ? Overview?.Tiles : Overview?.Tiles is { } last ? last with { WorkersHealthy = 0 } : null;

    public static NodePicture Unheard(string name) => new(name, null, null, Connected: false, LostAt: null, Problem: null);
}
