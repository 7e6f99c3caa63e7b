namespace Chat.Server.Storage.Cursors;

/// <summary>What became of setting a member's cursors back.</summary>
/// <param name="Found">Such a member is there.</param>
/// <param name="First">First seq that is kept and that the member may see.</param>
/// <param name="Head">Last seq of the log. Beyond these two nothing is set back.</param>
/// <param name="Devices">Whose cursor stood further.</param>
internal sealed record MemberRewind(bool Found, long First, long Head, int Devices);
