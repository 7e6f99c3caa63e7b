using Chat.Contracts.Management;

namespace Chat.Admin.Live;

/// <summary>What is known of one node: the last that it said, also while it says nothing.</summary>
internal sealed record NodePicture(string Name, Overview? Overview, DateTimeOffset? HeardAt, bool Connected, DateTimeOffset? LostAt, string? Problem)
{
    public static NodePicture Unheard(string name) => new(name, null, null, Connected: false, LostAt: null, Problem: null);
}
