using System.Security.Claims;

namespace Chat.Server.Access;

/// <summary>What a caller's identity says beside the name.</summary>
internal static class Callers
{
    /// <summary>Authentication type of back-end services; a user's token never has it.</summary>
    public const string Service = "ApiKey";

    public const string RoleClaim = "roles";

    public static bool IsService(ClaimsPrincipal caller) => caller.Identity?.AuthenticationType == Service;

    public static bool HasRole(ClaimsPrincipal caller, string role) => caller.HasClaim(RoleClaim, role);
}
