using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>The latest lines of one child, across its restarts: the last words of the one that died are what is looked for.</summary>
internal sealed class LineRing(int most)
{
    private readonly Queue<LogLine> _lines = new(most);

    public void Add(LogLine line)
    {
        lock (_lines)
        {
            if (_lines.Count == most)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }
    }

    public IReadOnlyList<LogLine> Since(DateTimeOffset? moment) => [.. ToList().Where(line => line.At >= moment)];

    public IReadOnlyList<LogLine> ToList()
    {
        lock (_lines)
        {
            return [.. _lines];
        }
    }
}
