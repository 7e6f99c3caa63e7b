namespace Chat.Server.Presence;

/// <param name="Node">The process.</param>
/// <param name="Group">The same for the workers of one machine, who hear each other without Redis.</param>
internal readonly record struct PresenceSource(string Node, string Group);

/// <summary>What processes tell each other of their users. Changes are numbered, so that a lost one is noticed and all is asked for again.</summary>
internal abstract record PresenceMessage(PresenceSource From)
{
    /// <summary>Told to all.</summary>
    public const string Channel = "presence";

    /// <summary>Told to one.</summary>
    public static string ChannelOf(string node) => $"presence:{node}";

    /// <summary>The process lives and has told so many changes.</summary>
    /// <param name="Hello">It has just come and wants to hear of the others.</param>
    public sealed record Beat(PresenceSource From, long Version, bool Hello) : PresenceMessage(From);

    /// <summary>Users have got their first connection to the process, or lost their last.</summary>
    public sealed record Changed(PresenceSource From, long Version, List<string> Came, List<string> Went) : PresenceMessage(From);

    /// <summary>Wants to hear all.</summary>
    public sealed record Ask(PresenceSource From) : PresenceMessage(From);

    /// <summary>All users as of a version, in parts.</summary>
    public sealed record All(PresenceSource From, long Version, int Part, int Parts, List<string> Users) : PresenceMessage(From);

    /// <summary>The process goes.</summary>
    public sealed record Bye(PresenceSource From) : PresenceMessage(From);
}
