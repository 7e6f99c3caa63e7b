using System.Text;

namespace Chat.Server.Workers.Supervision;

/// <summary>Reads a child's output line by line. Unlike <c>ReadLine</c> it has a limit: output without line ends must not fill our memory.</summary>
internal static class LinePump
{
    public const int LongestLine = 8 * 1024;

    public static async Task RunAsync(TextReader reader, Action<string> onLine)
    {
        var buffer = new char[4096];
        var line = new StringBuilder();
        try
        {
            while (await reader.ReadAsync(buffer) is var count and > 0)
            {
                foreach (var character in buffer.AsSpan(0, count))
                {
                    if (character is '\n' || line.Length == LongestLine)
                    {
                        Emit();
                    }

                    if (character is not ('\n' or '\r'))
                    {
                        line.Append(character);
                    }
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The pipe broke with its process, or was closed because the process is long gone.
        }

        if (line.Length > 0)
        {
            Emit();
        }

        void Emit()
        {
            onLine(line.ToString());
            line.Clear();
        }
    }
}
