using Chat.Server.Storage.DeadLetters;
using Chat.Server.Storage.Model;

namespace Chat.Server.Storage.Cursors;

/// <summary>A device has acknowledged a conversation up to <paramref name="Seq"/>.</summary>
internal readonly record struct AckedCursor(string User, string Device, string Conversation, long Seq);

/// <summary>A conversation that a device follows, as storage knows it.</summary>
/// <param name="Position">The device has acknowledged up to here; what lies after is owed.</param>
/// <param name="End">Last seq that it may see; null while its user is a member.</param>
/// <param name="Head">Last seq of the log.</param>
/// <param name="First">First seq that is still kept.</param>
/// <param name="ReadSeq">The user has read up to here.</param>
/// <param name="Policy">The conversation's.</param>
internal sealed record Following(string Conversation, long Position, long? End, long Head, long First, long ReadSeq, ConversationPolicy Policy);

/// <summary>What storage knows about a device that connects.</summary>
internal sealed record OpenedDevice(IReadOnlyList<Following> Following, DeviceLetters Letters);
