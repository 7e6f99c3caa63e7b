namespace Chat.Client;

/// <summary>How far the application has handled a conversation.</summary>
/// <param name="Epoch">Epoch of the log.</param>
/// <param name="Seq">Everything up to here was handled.</param>
public readonly record struct InboxPosition(long Epoch, long Seq);
