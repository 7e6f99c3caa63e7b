namespace Chat.Tests.Faults;

/// <summary>
/// Times that the product promises, on a machine that does nothing else. Where the tests share it with builds and other tests the same
/// promises are asked for with some air; <c>CHAT_TEST_EXACT=1</c> holds the product to the letter.
/// </summary>
internal static class Deadline
{
    private const double Air = 4;

    private static readonly double Factor = Environment.GetEnvironmentVariable("CHAT_TEST_EXACT") == "1" ? 1 : Air;

    public static TimeSpan Of(double seconds) => TimeSpan.FromSeconds(seconds * Factor);
}
