using System.Security.Claims;

namespace Chat.Server.Access;

/// <summary>What a caller's identity says beside the name.</summary>
internal static class Callers
{
    /// <summary>Authentication type of back-end services; a user's token never has it.</summary>
    public const string Service = "ApiKey";

    /// <summary>Begins the name of a service where users are named; no token may claim such a name.</summary>
    public const string ServicePrefix = "service:";

    public const string RoleClaim = "roles";

    /// <summary>Topics of a service's key.</summary>
    public const string TopicsClaim = "topics";

    public static string ServiceName(string name) => ServicePrefix + name;

    public static bool IsServiceName(string user) => user.StartsWith(ServicePrefix, StringComparison.Ordinal);

    public static bool IsService(ClaimsPrincipal caller) => caller.Identity?.AuthenticationType == Service;

    public static bool HasRole(ClaimsPrincipal caller, string role) => caller.HasClaim(RoleClaim, role);
}
