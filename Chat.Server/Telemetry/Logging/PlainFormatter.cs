using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Chat.Server.Telemetry.Logging;

/// <summary>
/// One line an event. Line breaks and control characters of a message are escaped and the lines of an exception are
/// indented, so that nobody can write a line of log by sending one. Which process it is says the file's name, or the supervisor
/// that passes the line on.
/// </summary>
internal sealed class PlainFormatter : ITextFormatter
{
    private static readonly MessageTemplateTextFormatter Message = new("{Message:l}", CultureInfo.InvariantCulture);
    private static readonly string[] Shown = ["RequestId", "TransportConnectionId", "ConnectionId"];

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        output.Write(' ');
        output.Write(Level(logEvent.Level));
        output.Write(' ');
        output.Write(Text(logEvent, "SourceContext") ?? "-");
        output.Write(": ");
        using var message = new StringWriter(CultureInfo.InvariantCulture);
        Message.Format(logEvent, message);
        Escape(message.ToString(), output);
        foreach (var name in Shown)
        {
            if (Text(logEvent, name) is { } value)
            {
                output.Write($" {name}=");
                Escape(value, output);
            }
        }

        output.Write('\n');
        if (logEvent.Exception is { } exception)
        {
            foreach (var line in exception.ToString().Split('\n'))
            {
                output.Write("    ");
                Escape(line.TrimEnd('\r'), output);
                output.Write('\n');
            }
        }
    }

    private static string? Text(LogEvent logEvent, string name) =>
        logEvent.Properties.TryGetValue(name, out var property) && property is ScalarValue { Value: string text } ? text : null;

    private static string Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "TRC",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "CRT",
    };

    private static void Escape(string text, TextWriter output)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '\n':
                    output.Write("\\n");
                    break;
                case '\r':
                    output.Write("\\r");
                    break;
                case '\t':
                    output.Write(c);
                    break;
                case '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'):
                case var _ when char.IsControl(c):
                    output.Write($"\\u{(int)c:x4}");
                    break;
                default:
                    output.Write(c);
                    break;
            }
        }
    }
}
