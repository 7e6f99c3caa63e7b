using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers;

internal enum ProcessRole
{
    /// <summary>Everything in one process: for the debugger, for tests, for machines where ports cannot be shared.</summary>
    Single,

    Supervisor,
    Worker,
}

/// <summary>What this process is and where it listens; decided once, before anything is built.</summary>
internal sealed record ProcessPlan(
    ProcessRole Role,
    int Workers,
    IReadOnlyList<string> Public,
    string Management,
    bool Stateless,
    WorkerIdentity? Worker = null,
    string? Remark = null)
{
    public const string WorkerArgument = "worker";

    /// <summary>This process has the hub and the public API.</summary>
    public bool ServesClients => Role is not ProcessRole.Supervisor;

    /// <summary>This process has health of the whole node, alerts and the management API.</summary>
    public bool Watches => Role is not ProcessRole.Worker;

    public static ProcessPlan Decide(ProcessFacts facts)
    {
        // A connection's requests reach one process only if there is one; a database that several nodes can share says that there may be more.
        var stateless = facts.StatelessNegotiation ?? !facts.IsSqlite;
        if (facts.IsWorkerCall)
        {
            return facts.Worker is { } worker
                ? new(ProcessRole.Worker, worker.Of, worker.Urls, facts.Management, facts.StatelessNegotiation ?? (stateless || worker.Of > 1), worker)
                : throw new StartRefusedException(ExitCodes.Configuration, "\"worker\" is started by the supervisor only; start the server without arguments.");
        }

        var wanted = facts.ConfiguredCount ?? (facts.IsSqlite ? 1 : facts.Cores);
        if (wanted == 0)
        {
            return new(ProcessRole.Single, 0, facts.Public, facts.Management, stateless);
        }

        if (wanted > 1 && !facts.CanSharePort)
        {
            return new(ProcessRole.Supervisor, 1, facts.Public, facts.Management, stateless, Remark: $"This system cannot share a port between processes: one worker instead of {wanted}.");
        }

        return new(ProcessRole.Supervisor, wanted, facts.Public, facts.Management, facts.StatelessNegotiation ?? (stateless || wanted > 1));
    }
}

/// <summary>What the plan is made of, so that it can be tested without a machine.</summary>
internal sealed record ProcessFacts(
    bool IsWorkerCall,
    WorkerIdentity? Worker,
    int? ConfiguredCount,
    bool? StatelessNegotiation,
    bool IsSqlite,
    int Cores,
    bool CanSharePort,
    IReadOnlyList<string> Public,
    string Management)
{
    public static ProcessFacts Gather(IReadOnlyList<string> args, IConfiguration configuration)
    {
        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            throw new StartRefusedException(ExitCodes.Configuration, "Kestrel:Endpoints is not read here: set urls (--urls, ASPNETCORE_URLS), Management:Url and, for https, Kestrel:Certificates:Default.");
        }

        var isWorkerCall = args.Contains(ProcessPlan.WorkerArgument);
        var worker = isWorkerCall ? WorkerIdentity.FromEnvironment() : null;
        var workers = configuration.GetSection(WorkersOptions.Section);
        var count = workers["Count"] is { Length: > 0 } text
            ? int.TryParse(text, out var number) && number is >= 0 and <= 256
                ? number
                : throw new StartRefusedException(ExitCodes.Configuration, $"Workers:Count is \"{text}\"; it must be a number from 0 (one process) to 256.")
            : default(int?);
        return new(
            isWorkerCall,
            worker,
            count,
            workers.GetValue<bool?>(nameof(WorkersOptions.StatelessNegotiation)),
            NamesSqlite(configuration.GetConnectionString("Chat")),
            Environment.ProcessorCount,
            SharedPort.IsSupported,
            worker?.Urls ?? [.. ListenUrls.Public(configuration).Select(ListenUrls.WithPort)],
            ListenUrls.WithPort(ListenUrls.Management(configuration)));
    }

    internal static bool NamesSqlite(string? connectionString) =>
        string.IsNullOrWhiteSpace(connectionString)
        || !(connectionString.Contains("Host=", StringComparison.OrdinalIgnoreCase) || connectionString.Contains("Server=", StringComparison.OrdinalIgnoreCase));
}
