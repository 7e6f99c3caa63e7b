namespace Chat.Server.Workers.Listening;

/// <summary>Tells which of the listeners a request came through.</summary>
internal sealed class ManagementListener(ProcessPlan plan)
{
    private readonly HashSet<int> _ports = [.. ListenUrls.EndPoints(plan.Management).Select(e => e.Port)];

    /// <summary>Whether it came through <c>Management:Url</c>, which a supervisor has alone, a worker not at all, and a single process beside the public one.</summary>
    public bool Took(HttpContext context) =>
        plan.Role is ProcessRole.Supervisor || (plan.Role is ProcessRole.Single && _ports.Contains(context.Connection.LocalPort));
}
