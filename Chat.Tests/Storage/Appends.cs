using System.Security.Cryptography;
using System.Text;
using Chat.Contracts;
using Chat.Server.Storage.Writing;

namespace Chat.Tests.Storage;

/// <summary>Appends as messaging would make them.</summary>
internal static class Appends
{
    public static Append Message(string conversation, string sender, string id, string body = "{\"n\":1}") =>
        Make(AppendKind.Message, conversation, sender, id, "text", body);

    public static Append Edit(string conversation, string sender, string id, string target, string body) =>
        Make(AppendKind.Edit, conversation, sender, id, EventTypes.Edit, body, target);

    public static Append Delete(string conversation, string sender, string id, string target) =>
        Make(AppendKind.Delete, conversation, sender, id, EventTypes.Delete, "", target);

    public static Append Reaction(string conversation, string sender, string id, string target) =>
        Make(AppendKind.Reaction, conversation, sender, id, EventTypes.Reaction, "{\"emoji\":\"+1\"}", target);

    public static Append Members(AppendKind kind, string conversation, string sender, params string[] users) =>
        Make(kind, conversation, sender, Guid.CreateVersion7().ToString(), EventTypes.Member, "", users: users);

    private static Append Make(
        AppendKind kind, string conversation, string sender, string id, string type, string body, string? reference = null, string[]? users = null) => new()
        {
            Kind = kind,
            Conversation = conversation,
            Sender = sender,
            Id = id,
            Type = type,
            Body = Encoding.UTF8.GetBytes(body),
            Hash = MD5.HashData(Encoding.UTF8.GetBytes($"{kind}|{conversation}|{type}|{body}|{reference}")),
            Ref = reference,
            Users = users ?? [],
        };
}
