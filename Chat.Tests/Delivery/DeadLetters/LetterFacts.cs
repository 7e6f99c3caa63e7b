using Chat.Server.Storage.DeadLetters;
using Chat.Server.Storage.Model;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Delivery.DeadLetters;

/// <summary>Dead letters of a server in this process, as its operators see them.</summary>
internal static class LetterFacts
{
    public static DeadLetterDesk Desk(this InProcessServer server) => server.Services.GetRequiredService<DeadLetterDesk>();

    public static async Task<IReadOnlyList<DeadLetterRow>> LettersAsync(this InProcessServer server, string user) =>
        (await server.Desk().ListAsync(new DeadLetterFilter(User: user), null, 100, default)).Letters;

    public static Task<DeadLetterRow> LetterAsync(this InProcessServer server, string user, DeadLetterState state) => Eventually.GetAsync(
        async () => (await server.LettersAsync(user)).FirstOrDefault(l => l.State == state)!, letter => letter is not null, $"{user} has a letter that is {state}");
}
