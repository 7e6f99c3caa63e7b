using Chat.Contracts.Management;

namespace Chat.Server.Management.Callers;

internal enum ManagementRole
{
    Viewer,
    Operator,
    Admin,
}

internal static class RoleNames
{
    public static string Of(ManagementRole role) => role switch
    {
        ManagementRole.Admin => ManagementRoles.Admin,
        ManagementRole.Operator => ManagementRoles.Operator,
        _ => ManagementRoles.Viewer,
    };

    public static ManagementRole? Parse(string? role) => role switch
    {
        ManagementRoles.Admin => ManagementRole.Admin,
        ManagementRoles.Operator => ManagementRole.Operator,
        ManagementRoles.Viewer => ManagementRole.Viewer,
        _ => null,
    };
}

/// <summary>Who calls. <c>Via</c> is the key of a console that acts for somebody; <c>Address</c> is masked already.</summary>
internal sealed record Caller(string Name, ManagementRole Role, string Authentication, string? Via, string Address, bool Delegates)
{
    public bool May(ManagementRole needed) => Role >= needed;
}
