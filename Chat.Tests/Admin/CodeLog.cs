using System.Text.RegularExpressions;
using Chat.Admin.Access;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Admin;

/// <summary>Reads the set-up code where an operator would: in the log.</summary>
internal sealed partial class CodeLog : ILogger<SetupCode>
{
    public string Last { get; private set; } = "";

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Last = Code().Match(formatter(state, exception)).Value;

    [GeneratedRegex(@"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")]
    private static partial Regex Code();
}
