namespace Chat.Client.Receiving;

/// <summary>What is missing in a conversation.</summary>
/// <param name="After">The seq before it.</param>
/// <param name="To">The last one missing.</param>
/// <param name="Generation">The position's generation to which this applies.</param>
internal readonly record struct InboxGap(long After, long To, int Generation);
