using System.CommandLine;
using System.Globalization;
using Chat.Bench.Baselines;
using Chat.Bench.Scenarios;
using Chat.Bench.Targets;

namespace Chat.Bench;

/// <summary>Commands and options.</summary>
internal static class CommandLine
{
    private static readonly Option<string[]> Scenario = new("--scenario") { Description = $"Which to run: {string.Join(", ", ScenarioCatalog.Names)}. All, unless named.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string[]> Only = new("--target") { Description = $"Which servers to run: {string.Join(", ", Enum.GetNames<TargetKind>()).ToLowerInvariant()}. All, unless named.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int?> Repeat = new("--repeat") { Description = "Interleaved repeats of each scenario (3)." };
    private static readonly Option<double?> Seconds = new("--seconds") { Description = "Measured seconds of each load (8)." };
    private static readonly Option<double?> WarmUp = new("--warm-up") { Description = "Least seconds of load on a server just started, longer while its code is being compiled (15)." };
    private static readonly Option<int?> PairCount = new("--pairs") { Description = "Pairs of users of the 1:1 loads (50)." };
    private static readonly Option<int?> InFlight = new("--in-flight") { Description = "1:1 sends under way at once, over all pairs (200)." };
    private static readonly Option<string[]> Rates = new("--rate") { Description = "Messages a second of the latency scenario (500 2000 5000).", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int?> Backlog = new("--backlog") { Description = "Events that wait for the devices of the catch-up (200000)." };
    private static readonly Option<double?> AckMs = new("--ack-ms") { Description = "Longest that a client lets an event wait for its acknowledgement (50)." };
    private static readonly Option<double?> QuietSeconds = new("--wait-for-quiet") { Description = "Longest wait in seconds, before each turn, for others to leave the machine alone (0)." };
    private static readonly Option<int?> Workers = new("--workers") { Description = "Worker processes of the product; 0 is one process for everything (0)." };
    private static readonly Option<bool> Quick = new("--quick") { Description = "A few minutes instead of half an hour: shows that everything works; the numbers mean little." };
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write everything that was measured." };
    private static readonly Option<string?> Postgres = new("--postgres") { Description = "Connection string of a PostgreSQL whose user may create databases. Without it a private one is started." };
    private static readonly Option<FileInfo?> Server = new("--server") { Description = "The product's Chat.Server.dll; found beside this program's project when left out." };
    private static readonly Option<Uri> Url = new("--url")
    {
        Description = "Public address of the running server.",
        Required = true,
        CustomParser = argument => new Uri(argument.Tokens.Single().Value, UriKind.Absolute),
    };
    private static readonly Option<string> SigningKey = new("--signing-key") { Description = "Its Auth:SigningKey.", Required = true };
    private static readonly Option<int?> ServerPid = new("--pid") { Description = "Its process id, to see its CPU and memory." };
    private static readonly Option<int> Port = new("--port") { Description = "Port on 127.0.0.1.", Required = true };
    private static readonly Option<int?> Parent = new("--parent") { Description = "Ends when this process ends." };

    private static readonly Option[] Load = [Scenario, Repeat, Seconds, WarmUp, PairCount, InFlight, Rates, Backlog, AckMs, QuietSeconds, Quick, Json];

    public static RootCommand Build()
    {
        var run = new Command("run", "Measures the product and both baselines on this machine (the default).");
        Add(run, [.. Load, Only, Workers, Postgres, Server]);
        run.SetAction((parsed, token) => RunCommand.RunAsync(Options(parsed), ServerOf(parsed), parsed.GetValue(Postgres), parsed.GetValue(Json), token));

        var attach = new Command("attach", "Measures a server that runs already.");
        Add(attach, [.. Load, Url, SigningKey, ServerPid]);
        attach.SetAction((parsed, token) => RunCommand.RunAsync(
            Options(parsed) with { Targets = [TargetKind.Product] },
            new ProductPlace.Running(parsed.GetRequiredValue(Url), parsed.GetRequiredValue(SigningKey), parsed.GetValue(ServerPid)),
            null,
            parsed.GetValue(Json),
            token));

        var bare = new Command("serve-bare", "The baseline without storage.");
        Add(bare, [Port, Parent]);
        bare.SetAction((parsed, token) => BaselineServer.RunBareAsync(parsed.GetValue(Port), parsed.GetValue(Parent), token));

        var naive = new Command("serve-naive", $"The baseline with one transaction per message; connection string in {BaselineTarget.ConnectionVariable}.");
        Add(naive, [Port, Parent]);
        naive.SetAction((parsed, token) => BaselineServer.RunNaiveAsync(
            parsed.GetValue(Port),
            parsed.GetValue(Parent),
            Environment.GetEnvironmentVariable(BaselineTarget.ConnectionVariable) ?? throw new InvalidOperationException($"{BaselineTarget.ConnectionVariable} is not set."),
            token));

        var root = new RootCommand("Load generator: what a durable message costs, beside SignalR that stores nothing and a transaction per message.") { run, attach, bare, naive };
        foreach (var option in run.Options)
        {
            root.Options.Add(option);
        }

        root.SetAction((parsed, token) => RunCommand.RunAsync(Options(parsed), ServerOf(parsed), parsed.GetValue(Postgres), parsed.GetValue(Json), token));
        return root;
    }

    private static void Add(Command command, IEnumerable<Option> options)
    {
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
    }

    private static RunOptions Options(ParseResult parsed)
    {
        var given = parsed.GetValue(Quick) ? new RunOptions().Quick() : new RunOptions();
        return given with
        {
            Scenarios = Words(parsed.GetValue(Scenario)) is { Count: > 0 } scenarios ? Known(scenarios) : given.Scenarios,
            Targets = Words(parsed.GetValue(Only)) is { Count: > 0 } targets ? [.. targets.Select(t => Enum.Parse<TargetKind>(t, ignoreCase: true))] : given.Targets,
            Repeat = parsed.GetValue(Repeat) ?? given.Repeat,
            Window = parsed.GetValue(Seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : given.Window,
            WarmUp = parsed.GetValue(WarmUp) is { } warmUp ? TimeSpan.FromSeconds(warmUp) : given.WarmUp,
            Pairs = parsed.GetValue(PairCount) ?? given.Pairs,
            InFlight = parsed.GetValue(InFlight) ?? given.InFlight,
            Rates = Words(parsed.GetValue(Rates)) is { Count: > 0 } rates ? [.. rates.Select(r => int.Parse(r, CultureInfo.InvariantCulture))] : given.Rates,
            Backlog = parsed.GetValue(Backlog) ?? given.Backlog,
            AckInterval = parsed.GetValue(AckMs) is { } ack ? TimeSpan.FromMilliseconds(ack) : given.AckInterval,
            WaitForQuiet = parsed.GetValue(QuietSeconds) is { } quiet ? TimeSpan.FromSeconds(quiet) : given.WaitForQuiet,
            Workers = parsed.GetValue(Workers) ?? given.Workers,
        };
    }

    /// <summary>Accepts "a,b" as well as "a b".</summary>
    private static List<string> Words(string[]? values) => [.. (values ?? []).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static List<string> Known(List<string> scenarios)
    {
        var unknown = scenarios.Except(ScenarioCatalog.Names).ToArray();
        return unknown.Length == 0 ? scenarios : throw new ArgumentException($"Unknown scenario: {string.Join(", ", unknown)}. There are: {string.Join(", ", ScenarioCatalog.Names)}.");
    }

    private static ProductPlace ServerOf(ParseResult parsed) => new ProductPlace.Binaries(parsed.GetValue(Server)?.FullName ?? ServerBinaries.Find());
}
