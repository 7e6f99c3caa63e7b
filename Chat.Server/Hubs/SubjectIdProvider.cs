using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Hubs;

/// <summary>The user of a connection is the <c>sub</c> of its token; looked up once, when it connects.</summary>
internal sealed class SubjectIdProvider : IUserIdProvider
{
    public string? GetUserId(HubConnectionContext connection) => connection.User.FindFirst("sub")?.Value;
}
