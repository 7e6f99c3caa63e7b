namespace Chat.Contracts;

/// <summary>What the server calls on a client: two methods, so that a client has one ordered pipe.</summary>
public interface IChatClient
{
    /// <summary>Events of one or more conversations; per conversation in strict <c>seq</c> order.</summary>
    Task Events(IReadOnlyList<ChatEvent> events);

    /// <summary>Everything that is not an event of a log; see <see cref="NoticeKinds"/>.</summary>
    Task Notice(Notice notice);
}

/// <summary>Where the hub stands and how its methods are spelt on the wire.</summary>
public static class ChatHubContract
{
    /// <summary>Path of the SignalR hub.</summary>
    public const string Path = "/hubs/chat";

    /// <summary>Query key that names the device of a connection.</summary>
    public const string DeviceQuery = "device";

    /// <summary>Device of a connection that names none.</summary>
    public const string DefaultDevice = "default";

    /// <summary>Client method that receives events.</summary>
    public const string EventsMethod = nameof(IChatClient.Events);

    /// <summary>Client method that receives notices.</summary>
    public const string NoticeMethod = nameof(IChatClient.Notice);
}
