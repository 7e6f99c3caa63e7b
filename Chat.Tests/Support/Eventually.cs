using System.Diagnostics;

namespace Chat.Tests.Support;

/// <summary>
/// Waits for what sends no event: another process, the kernel, a page. Where there is an event, await that instead.
/// </summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, within);

    public static Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null) =>
        GetAsync(condition, met => met, what, within);

    /// <summary>Reads until the value is as wanted, and answers it; the failure tells the last value.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T>> read, Func<T, bool> wanted, string what, TimeSpan? within = null)
    {
        var limit = within ?? Patience;
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var value = await read();
            if (wanted(value))
            {
                return value;
            }

            if (watch.Elapsed > limit)
            {
                throw new TimeoutException($"Waited {limit.TotalSeconds:0.#} s in vain until {what}. Last seen: {value}");
            }

            await Task.Delay(20);
        }
    }

    public static Task EqualAsync<T>(T expected, Func<T> read, string what, TimeSpan? within = null) =>
        GetAsync(() => Task.FromResult(read()), value => EqualityComparer<T>.Default.Equals(value, expected), $"{what} is {expected}", within);

    public static Task EqualAsync<T>(T expected, Func<Task<T>> read, string what, TimeSpan? within = null) =>
        GetAsync(read, value => EqualityComparer<T>.Default.Equals(value, expected), $"{what} is {expected}", within);
}
