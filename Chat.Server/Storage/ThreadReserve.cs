namespace Chat.Server.Storage;

/// <summary>
/// Threads for the time in which the database hangs. What times out then is cancelled by the driver, which asks the server to on a
/// connection of its own, blocking a thread of the pool for as long as the server hangs. The pool grows by one or two threads a second;
/// without a reserve nobody would be answered meanwhile. Not kept otherwise: a pool that may run so many at once is slower.
/// </summary>
internal static class ThreadReserve
{
    private const int Threads = 64;

    private static readonly Lock Gate = new();
    private static int _holders;
    private static (int Workers, int Ports) _usual;

    /// <summary>Each host of the process takes it once and gives it back once.</summary>
    public static void Set(bool taken)
    {
        lock (Gate)
        {
            var before = _holders;
            _holders += taken ? 1 : -1;
            if (before == 0)
            {
                ThreadPool.GetMinThreads(out var workers, out var ports);
                _usual = (workers, ports);
                ThreadPool.SetMinThreads(Math.Max(Threads, workers), ports);
            }
            else if (_holders == 0)
            {
                ThreadPool.SetMinThreads(_usual.Workers, _usual.Ports);
            }
        }
    }
}
