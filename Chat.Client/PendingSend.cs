using Chat.Contracts;

namespace Chat.Client;

/// <summary>A send that the outbox holds.</summary>
/// <param name="Id">The id under which it is stored once, however often it travels.</param>
/// <param name="Conversation">Where to; <c>topic:NAME</c> for a publish.</param>
/// <param name="Receipt">Completes with the server's answer, which may be a refusal (<c>Ok</c> is <c>false</c>);
/// fails with <see cref="ChatClosedException"/> when the client closes first.</param>
public sealed record PendingSend(string Id, string Conversation, Task<Receipt> Receipt);
