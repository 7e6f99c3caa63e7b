namespace Chat.Server.Backplane.Redis;

/// <summary>
/// What a server that answers but does not serve has said, as a fixed text: its own words may hold keys, hosts or users.
/// </summary>
internal sealed class RedisRefusal
{
    private volatile string? _text;

    public string? Text => _text;

    public void Clear() => _text = null;

    public void SeeAuthentication() => _text = "the password or user was refused";

    /// <summary>An error reply begins with its code; those that concern one command only are not refusals of service.</summary>
    public void See(string reply)
    {
        _text = Explain(reply) ?? _text;
    }

    internal static string? Explain(string reply)
    {
        var space = reply.IndexOf(' ', StringComparison.Ordinal);
        return (space < 0 ? reply : reply[..space]) switch
        {
            "WRONGPASS" or "NOAUTH" => "the password or user was refused",
            "ERR" when reply.Contains("invalid password", StringComparison.OrdinalIgnoreCase) => "the password or user was refused",
            "NOPERM" => "the account lacks a right that is needed",
            "READONLY" => "the server is a replica and takes no writes",
            "OOM" => "the server is out of memory",
            "MISCONF" => "the server can't save to its disk and takes no writes",
            "LOADING" => "the server is loading its data",
            "MASTERDOWN" => "the server is a replica that has lost its master",
            "CLUSTERDOWN" => "the cluster is down",
            "NOREPLICAS" => "the server has too few replicas and takes no writes",
            _ => null,
        };
    }
}
