using Serilog.Events;
using Serilog.Formatting;

namespace Chat.Server.Telemetry.Logging;

internal sealed class RedactingFormatter(ITextFormatter inner) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var line = new StringWriter();
        inner.Format(logEvent, line);
        output.Write(Redaction.Clean(line.ToString()));
    }
}
