using System.Collections.Concurrent;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>Commands sent to whichever node has a connection, until that node says that it is there.</summary>
internal sealed class RemoteCommands(TimeSpan limit, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    public int Count => _waiting.Count;

    /// <summary>True when a node said that the connection is there; false when none did in time, or nobody could be asked.</summary>
    public async Task<bool> AskAsync(string command, Func<bool> send, CancellationToken cancellationToken)
    {
        var here = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[command] = here;
        try
        {
            if (!send())
            {
                return false;
            }

            await here.Task.WaitAsync(limit, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            _waiting.TryRemove(command, out _);
        }
    }

    public void Confirm(string command)
    {
        if (_waiting.TryGetValue(command, out var here))
        {
            here.TrySetResult();
        }
    }
}
