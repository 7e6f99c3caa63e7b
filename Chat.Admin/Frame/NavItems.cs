using Chat.Admin.Access;

namespace Chat.Admin.Frame;

/// <param name="Key">Pressed after <c>g</c>.</param>
/// <param name="Icon">Path of a 24 × 24 drawing.</param>
internal sealed record NavItem(string Key, string Href, string Title, string Icon, bool Exact = false, bool DevelopmentOnly = false, Role Least = Role.Viewer);

internal static class NavItems
{
    /// <summary>What somebody of that role can go to here; what is not for them is not listed.</summary>
    public static IEnumerable<NavItem> For(Role role, bool development) => All.Where(i => role >= i.Least && (development || !i.DevelopmentOnly));

    public static IReadOnlyList<NavItem> All { get; } =
    [
        new("o", "/admin", "Overview", "M3 13h7V3H3zM14 21h7V11h-7zM3 21h7v-5H3zM14 8h7V3h-7z", Exact: true),
        new("w", "/admin/workers", "Workers", "M4 4h16v6H4zM4 14h16v6H4zM8 7h.01M8 17h.01"),
        new("c", "/admin/connections", "Connections", "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 5a3 3 0 0 1 0 6M18 14c2.3.7 3.5 2.8 3.5 6"),
        new("t", "/admin/conversations", "Conversations", "M4 5h16v11H9l-5 4z"),
        new("q", "/admin/queue", "Queue", "M4 6h16M4 12h16M4 18h10"),
        new("a", "/admin/alerts", "Alerts", "M12 3a6 6 0 0 0-6 6c0 6-2 7-2 8h16c0-1-2-2-2-8a6 6 0 0 0-6-6zM10 20a2 2 0 0 0 4 0"),
        new("h", "/healthchecks-ui", "Health checks", "M3 12h4l3-7 4 14 3-7h4"),
        new("m", "/admin/metrics", "Metrics", "M4 20V4M4 20h16M8 16l4-6 3 3 5-8"),
        new("l", "/admin/audit", "Audit log", "M6 3h9l4 4v14H6zM9 9h6M9 13h7M9 17h7", Least: Role.Admin),
        new("s", "/admin/settings", "Settings", "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 2v4M12 18v4M2 12h4M18 12h4M5 5l2.8 2.8M16.2 16.2 19 19M19 5l-2.8 2.8M7.8 16.2 5 19"),
        new("y", "/admin/playground", "Playground", "M8 5v14l11-7z", DevelopmentOnly: true, Least: Role.Admin),
    ];
}
