using System.Globalization;

namespace Chat.Tests.Faults;

/// <summary>How long and how often faults last: short by default, longer by environment variable for a run by hand.</summary>
internal static class RunLength
{
    /// <summary>Crashes at each point: <c>CHAT_TEST_CRASHES</c>.</summary>
    public static int Crashes { get; } = Read("CHAT_TEST_CRASHES", 3);

    /// <summary>How long the database is away under realtime load: <c>CHAT_TEST_OUTAGE</c>, in seconds.</summary>
    public static TimeSpan Outage { get; } = TimeSpan.FromSeconds(Read("CHAT_TEST_OUTAGE", 10));

    /// <summary>A run by hand has the machine to itself, so that its slowest answers are the server's and not the neighbours'.</summary>
    public static bool IsLong { get; } = Outage >= TimeSpan.FromSeconds(30);

    private static int Read(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
