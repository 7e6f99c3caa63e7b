using System.Diagnostics;
using Chat.Server.Management.Callers;

namespace Chat.Server.Management.Api;

/// <summary>One call: who, what of, and what the audit log is to say of it.</summary>
internal sealed class ManagementCall(HttpContext context, Caller caller, CancellationToken timeUp)
{
    public Caller Caller { get; } = caller;

    /// <summary>Cancelled when the caller is gone or the time for an answer is up.</summary>
    public CancellationToken TimeUp { get; } = timeUp;

    public HttpContext Context => context;

    public QueryReader Query { get; } = new(context.Request.Query);

    public string CorrelationId { get; } = TraceIdOf(context);

    public string Id => Route("id");

    /// <summary>What the audit log calls the object.</summary>
    public string Object { get; set; } = "";

    public string? Reason { get; set; }

    public string? Before { get; set; }

    public string? After { get; set; }

    /// <summary>It only looked: nothing for the audit log.</summary>
    public bool OnlyLooked { get; set; }

    /// <summary>The part of the address in braces, decoded.</summary>
    /// <summary>A part of the path. The server leaves an encoded slash as it came, lest it part the path; in a value it is one. (An id with a literal %2F cannot be named.)</summary>
    public string Route(string name) => (context.Request.RouteValues[name] as string ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    public static string TraceIdOf(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
}
