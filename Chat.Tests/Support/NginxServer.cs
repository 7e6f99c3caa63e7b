namespace Chat.Tests.Support;

/// <summary>Debian's nginx with the configuration that is deployed (<c>deploy/nginx.conf.template</c>).</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private readonly ManagedProcess _nginx;

    private NginxServer(int port, ManagedProcess nginx)
    {
        Url = new Uri($"http://127.0.0.1:{port}");
        _nginx = nginx;
    }

    public Uri Url { get; }

    public OutputLog Output => _nginx.Output;

    /// <summary>Ends when it listens.</summary>
    public static async Task<NginxServer> StartNewAsync(Uri firstNode, Uri secondNode)
    {
        var port = FreePort.Next();
        var folder = TestRun.NewFolder("nginx");
        var text = await File.ReadAllTextAsync(Repository.PathOf("deploy", "nginx.conf.template"));
        // As the image's envsubst: named variables only, for nginx has variables of its own.
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["CHAT_LISTEN"] = $"127.0.0.1:{port}",
            ["CHAT_NODE_1"] = firstNode.Authority,
            ["CHAT_NODE_2"] = secondNode.Authority,
        })
        {
            text = text.Replace($"${{{name}}}", value, StringComparison.Ordinal);
        }

        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, text);
        var nginx = ManagedProcess.Start(new ProcessCommand(
            File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx",
            ["-p", folder, "-c", file, "-g", $"daemon off; pid {Path.Combine(folder, "nginx.pid")};"]));
        var server = new NginxServer(port, nginx);
        using var http = new HttpClient { BaseAddress = server.Url };
        await Eventually.TrueAsync(
            async () => nginx.HasExited ? throw new InvalidOperationException($"nginx ended:\n{nginx.Output}") : await AnswersAsync(http),
            "nginx answers");
        return server;
    }

    public ValueTask DisposeAsync() => _nginx.DisposeAsync();

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/live");
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
