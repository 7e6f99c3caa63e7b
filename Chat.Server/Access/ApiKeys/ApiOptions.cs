namespace Chat.Server.Access.ApiKeys;

/// <summary>Section <c>Api</c>: back-end services that call the HTTP API.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>One for each service, so that one can be taken away.</summary>
    public ApiKeyOptions[] Keys { get; set; } = [];
}

/// <summary>A service's key and what it may be used for.</summary>
internal sealed class ApiKeyOptions
{
    /// <summary>Its events carry <c>service:NAME</c> as their sender.</summary>
    public string Name { get; set; } = "";

    /// <summary>32 bytes or more in UTF-8, for instance from <c>openssl rand -base64 48</c>.</summary>
    public string Key { get; set; } = "";

    /// <summary>What it may do, with blanks between: <c>publish</c>, <c>send</c>, <c>history</c>, <c>members</c>, <c>presence</c>. Rules of topics see them as roles too.</summary>
    public string Roles { get; set; } = "publish";

    /// <summary>Topics that it may publish to and read, as names or what they begin with and a <c>*</c>, with blanks between; empty: what their rules say.</summary>
    public string Topics { get; set; } = "";
}
