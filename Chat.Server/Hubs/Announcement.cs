namespace Chat.Server.Hubs;

/// <summary>Says where the server listens and, to developers, what to do next.</summary>
internal static class Announcement
{
    public static void AnnounceWhenStarted(this WebApplication app, IReadOnlyList<string> addresses) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        foreach (var address in addresses)
        {
            Console.WriteLine($"Chat listens on {address}");
        }

        if (app.Environment.IsDevelopment() && addresses.FirstOrDefault(a => a.StartsWith("http:", StringComparison.Ordinal)) is { } plain)
        {
            Console.WriteLine("Send a first message, from another terminal:");
            Console.WriteLine($"  dotnet run --project Chat.Server --no-build -- try {Reachable(plain)}");
        }
    });

    // What is bound to every address is reached by this one.
    internal static string Reachable(string address) =>
        address.Replace("//*", "//localhost").Replace("//+", "//localhost").Replace("//0.0.0.0", "//localhost").Replace("//[::]", "//localhost");
}
