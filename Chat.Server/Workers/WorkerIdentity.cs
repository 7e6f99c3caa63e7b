namespace Chat.Server.Workers;

/// <summary>What a worker is told by its supervisor, through its environment. The key is another one at every start, so that nobody else can take its place on the control socket.</summary>
internal sealed record WorkerIdentity(string Id, int Of, string ControlPath, string Key, IReadOnlyList<string> Urls)
{
    private const string IdName = "CHAT_WORKER_ID";
    private const string OfName = "CHAT_WORKER_OF";
    private const string ControlName = "CHAT_WORKER_CONTROL";
    private const string KeyName = "CHAT_WORKER_KEY";
    private const string UrlsName = "CHAT_WORKER_URLS";
    private const string MissedName = "CHAT_WORKER_MISSED";

    /// <summary>Of the workers of a node one: it tells what is the same for all.</summary>
    public bool IsFirst => Id == "w1";

    /// <summary>Its predecessor crashed: its place is empty until it is ready.</summary>
    public bool IsMissed { get; init; }

    public static WorkerIdentity? FromEnvironment() => From(Environment.GetEnvironmentVariable);

    public static WorkerIdentity? From(Func<string, string?> variable)
    {
        var values = new[] { IdName, OfName, ControlName, KeyName, UrlsName }.Select(variable).ToArray();
        return values.All(v => !string.IsNullOrEmpty(v)) && int.TryParse(values[1], out var of)
            ? new(values[0]!, of, values[2]!, values[3]!, values[4]!.Split(';')) { IsMissed = variable(MissedName) == bool.TrueString }
            : null;
    }

    public IReadOnlyDictionary<string, string> ToEnvironment() => new Dictionary<string, string>
    {
        [IdName] = Id,
        [OfName] = Of.ToString(System.Globalization.CultureInfo.InvariantCulture),
        [ControlName] = ControlPath,
        [KeyName] = Key,
        [UrlsName] = string.Join(';', Urls),
        [MissedName] = IsMissed.ToString(),
    };
}
