using Microsoft.AspNetCore.Routing.Matching;

namespace Chat.Server.Workers.Listening;

/// <summary>
/// An endpoint of one of the two listeners. Told by the local port and not by the Host header, which is the client's to choose:
/// in a single process the management API must not be reachable through the public port.
/// </summary>
internal sealed record ListenerMetadata(bool Management);

internal static class ListenerConventions
{
    /// <summary>Only on <c>Management:Url</c>.</summary>
    public static TBuilder OnManagementPort<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ListenerMetadata(Management: true));

    /// <summary>Only on the public addresses.</summary>
    public static TBuilder OnPublicPort<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ListenerMetadata(Management: false));
}

internal sealed class ListenerMatcher(ProcessPlan plan, ManagementListener listener) : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        plan.Role is ProcessRole.Single && endpoints.Any(e => e.Metadata.GetMetadata<ListenerMetadata>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var management = listener.Took(httpContext);
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i)
                && candidates[i].Endpoint.Metadata.GetMetadata<ListenerMetadata>() is { } wanted
                && wanted.Management != management)
            {
                candidates.SetValidity(i, false);
            }
        }

        return Task.CompletedTask;
    }
}
