using Chat.Server.Telemetry.Logging;
using Serilog.Events;
using Serilog.Formatting.Json;
using Serilog.Parsing;
using Xunit;

namespace Chat.Tests.Telemetry.Logging;

public sealed class RedactionTests
{
    private const string Token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";

    [Theory]
    [InlineData("GET http://h/hubs/chat?device=d1&access_token=" + Token + "&x=1 - -", "GET http://h/hubs/chat?device=d1&access_token=[redacted]&x=1 - -")]
    [InlineData("GET /hubs/chat?access_token=opaque-one", "GET /hubs/chat?access_token=[redacted]")]
    [InlineData("Authorization: Bearer abcdefgh12345678==", "Authorization: Bearer [redacted]")]
    [InlineData("the token " + Token + " expired", "the token [redacted] expired")]
    [InlineData("Host=db;Username=chat;Password=hunter2;Pooling=true", "Host=db;Username=chat;Password=[redacted];Pooling=true")]
    [InlineData("""{"refresh_token":"abc","a":1}""", """{"refresh_token":"[redacted]","a":1}""")]
    [InlineData("nothing to hide here", "nothing to hide here")]
    public void Clean_TextWithSecrets_HidesThemOnly(string text, string expected) => Assert.Equal(expected, Redaction.Clean(text));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Format_TokenInPropertyAndException_IsNotWritten(bool json)
    {
        var inner = json ? (Serilog.Formatting.ITextFormatter)new JsonFormatter(renderMessage: true) : new PlainFormatter();
        using var output = new StringWriter();

        new RedactingFormatter(inner).Format(Event("Request starting {QueryString}", "?access_token=" + Token, new IOException("at ?access_token=" + Token)), output);

        Assert.DoesNotContain("eyJ", output.ToString());
        Assert.Contains("[redacted]", output.ToString());
    }

    [Fact]
    public void Format_LineBreaksInAValue_StayOnOneLine()
    {
        using var output = new StringWriter();

        new PlainFormatter().Format(Event("user said {Text}", "a\r\n2030-01-01T00:00:00.000Z ERR forged\u202e", exception: null), output);

        var line = Assert.Single(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("2030-01-01T00:00:00.000Z INF -: user said a\\r\\n2030-01-01T00:00:00.000Z ERR forged\\u202e", line);
    }

    [Fact]
    public void Format_TextAndNames_AreNotQuoted()
    {
        using var output = new StringWriter();
        var template = new MessageTemplateParser().Parse("{Worker} is {State} after {Seconds:F1} s");

        new PlainFormatter().Format(
            new LogEvent(
                new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
                LogEventLevel.Warning,
                exception: null,
                template,
                [new("Worker", new ScalarValue("w1")), new("State", new ScalarValue(DayOfWeek.Monday)), new("Seconds", new ScalarValue(1.3))]),
            output);

        Assert.Equal("2030-01-01T00:00:00.000Z WRN -: w1 is Monday after 1.3 s\n", output.ToString());
    }

    private static LogEvent Event(string template, string value, Exception? exception)
    {
        var parsed = new MessageTemplateParser().Parse(template);
        var name = parsed.Tokens.OfType<PropertyToken>().Single().PropertyName;
        return new LogEvent(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), LogEventLevel.Information, exception, parsed, [new(name, new ScalarValue(value))]);
    }
}
