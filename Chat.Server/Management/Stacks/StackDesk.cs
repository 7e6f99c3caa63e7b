using Chat.Contracts.Management;

namespace Chat.Server.Management.Stacks;

/// <summary>Takes the stacks of one process at a time and keeps the latest of each in memory.</summary>
internal sealed partial class StackDesk(IStackReader reader, TimeProvider time, ILogger<StackDesk> logger)
{
    // The process stands still meanwhile; the supervisor kills one that is silent for 15 s.
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, StacksAnswer> _latest = [];
    private string? _taking;

    /// <summary>Ends with what is being taken.</summary>
    internal Task Taken { get; private set; } = Task.CompletedTask;

    public string? Hindrance => reader.Hindrance;

    public StacksAnswer Of(string id)
    {
        lock (_lock)
        {
            return (_latest.GetValueOrDefault(id) ?? new StacksAnswer()) with { Running = _taking == id };
        }
    }

    /// <summary>False: others are being taken.</summary>
    public bool TryBegin(string id, int pid)
    {
        lock (_lock)
        {
            if (_taking is not null)
            {
                return false;
            }

            _taking = id;
            Taken = Task.Run(() => TakeAsync(id, pid), CancellationToken.None);
            return true;
        }
    }

    private async Task TakeAsync(string id, int pid)
    {
        var began = time.GetTimestamp();
        using var limit = new CancellationTokenSource(Longest, time);
        var answer = new StacksAnswer { At = time.GetUtcNow(), Pid = pid };
        try
        {
            var stacks = await reader.ReadAsync(pid, limit.Token);
            answer = answer with { Stacks = stacks, Threads = stacks.Sum(s => s.Threads) };
        }
        catch (StacksFailedException failed)
        {
            answer = answer with { Problem = failed.Message };
        }
        catch (OperationCanceledException)
        {
            answer = answer with { Problem = $"It took longer than {Longest.TotalSeconds:0} s and was given up; the process goes on." };
        }
        catch (Exception error)
        {
            Log.StacksFault(logger, id, error);
            answer = answer with { Problem = "Something unexpected happened; the log tells what." };
        }

        lock (_lock)
        {
            _latest[id] = answer with { Milliseconds = time.GetElapsedTime(began).TotalMilliseconds };
            _taking = null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3431, LogLevel.Error, "Taking the stacks of {Worker} met an unexpected fault", EventName = nameof(StacksFault))]
        public static partial void StacksFault(ILogger logger, string worker, Exception exception);
    }
}
