namespace Chat.Server.Storage.Conversations;

/// <summary>Keeps events of realtime conversations that have a receipt and are not in the log yet.</summary>
internal interface IRealtimeOrder
{
    /// <summary>There are none on this node.</summary>
    bool IsClear { get; }
}
