using System.Threading.Channels;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>
/// Passes the children's output on to our own. Through a bounded queue and a thread of its own: when nobody reads our output any more, lines are
/// dropped and counted; read late, the children's pipes would fill up and stop the children.
/// </summary>
internal sealed class OutputForwarder : IDisposable
{
    private readonly Channel<string> _lines;
    private readonly Thread _thread;
    private long _dropped;

    public OutputForwarder(TextWriter output)
    {
        _lines = Channel.CreateBounded<string>(
            new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true },
            _ => Interlocked.Increment(ref _dropped));
        _thread = new(() => Run(output)) { Name = "workers' output", IsBackground = true };
        _thread.Start();
    }

    /// <summary>JSON lines go as they are, for whoever parses our output; they name their worker themselves.</summary>
    public void Forward(string id, LogLine line) =>
        _lines.Writer.TryWrite(line.Text.StartsWith('{') ? line.Text : $"{id} | {line.Text}");

    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _thread.Join(TimeSpan.FromSeconds(1));
    }

    private void Run(TextWriter output)
    {
        while (_lines.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_lines.Reader.TryRead(out var line))
            {
                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                {
                    output.WriteLine($"({dropped} lines of workers' output were dropped: nobody read them)");
                }

                output.WriteLine(line);
            }
        }
    }
}
