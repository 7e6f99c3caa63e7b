namespace Chat.Tests.Faults.Checker;

/// <summary>I2: received (and stored) without attempted is empty, and what was definitely refused appears nowhere.</summary>
internal static class PhantomRule
{
    // Membership events are the server's own.
    private const string ServersOwn = "$member";

    public static IEnumerable<Violation> Check(HistoryFacts facts)
    {
        var arrivals = facts.Arrivals.Concat(facts.WireArrivals)
            .Where(a => a.Event.Type != ServersOwn)
            .Select(a => (a.Key, Conversation: a.Event.Conv!, a.Event.Body, Where: $"{a.Receiver}"));
        var rows = (facts.Rows ?? [])
            .Where(r => r.Type != ServersOwn)
            .Select(r => (Key: new MessageKey(r.Sender, r.Id), r.Conversation, Body: (string?)null, Where: "database"));
        foreach (var seen in arrivals.Concat(rows))
        {
            if (!facts.Messages.TryGetValue(seen.Key, out var message))
            {
                yield return Phantom("never sent");
            }
            else if (message.IsRefused)
            {
                yield return Phantom("definitely refused");
            }
            else if (message.Conversation != seen.Conversation)
            {
                yield return Phantom($"sent to {message.Conversation}");
            }
            else if (seen.Body is not null && message.Body is not null && seen.Body != message.Body)
            {
                yield return Phantom("with another body than was sent");
            }

            Violation Phantom(string why) => new(Invariant.NoPhantom, $"seen and {why}", $"{seen.Key}", seen.Conversation, seen.Where);
        }
    }
}
