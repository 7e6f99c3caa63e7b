namespace Chat.Server.Health;

/// <summary>What calls, by what it says of itself: one of a few words of ours, never the caller's own.</summary>
internal static class CallerKind
{
    /// <summary>HealthChecks UI is among these: it sends no user agent.</summary>
    public const string Unnamed = "unnamed";

    public const string Other = "other";

    private static readonly (string Part, string Kind)[] Known =
    [
        ("kube-probe", "Kubernetes"), ("Prometheus", "Prometheus"), ("blackbox", "Prometheus"), ("ELB-HealthChecker", "load balancer"), ("GoogleHC", "load balancer"),
        ("HAProxy", "load balancer"), ("Envoy", "load balancer"), ("nginx", "load balancer"), ("Traefik", "load balancer"), ("Consul", "Consul"), ("Uptime", "uptime monitor"),
        ("Pingdom", "uptime monitor"), ("StatusCake", "uptime monitor"), ("curl", "curl"), ("Wget", "wget"), ("python", "script"), ("Go-http-client", "script"), ("Mozilla", "browser"),
    ];

    public static string Of(string? userAgent) =>
        string.IsNullOrWhiteSpace(userAgent) ? Unnamed
        : Known.FirstOrDefault(k => userAgent.Contains(k.Part, StringComparison.OrdinalIgnoreCase)).Kind ?? Other;
}
