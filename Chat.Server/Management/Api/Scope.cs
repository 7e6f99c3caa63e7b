namespace Chat.Server.Management.Api;

/// <summary>How far a list looks: all nodes, or this one only, for whoever asks each node and puts the answers together.</summary>
internal readonly record struct Scope(bool Everywhere)
{
    public const string Name = "scope";

    private const string Node = "node";
    private const string All = "all";

    public static Scope ThisNode { get; } = new(Everywhere: false);

    public static Scope Of(QueryReader query) => new(query.OneOf(Name, All, Node) != Node);
}
