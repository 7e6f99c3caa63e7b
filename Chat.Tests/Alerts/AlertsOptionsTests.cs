using Chat.Server.Alerts;
using Xunit;

namespace Chat.Tests.Alerts;

public sealed class AlertsOptionsTests
{
    private readonly AlertsOptions _options = new();

    [Fact]
    public void Validate_Defaults_AreTaken() => Assert.True(Validate().Succeeded);

    [Fact]
    public void Validate_UnknownRule_NamesTheKnownOnes()
    {
        _options.Rules["DatabseUnavailable"] = new RuleOptions();

        Assert.Contains("DatabaseUnavailable", Validate().FailureMessage);
    }

    [Fact]
    public void Validate_RuleWithImpossibleValues_IsRefused()
    {
        _options.Rules["MemoryHigh"] = new RuleOptions { Threshold = double.NaN };
        _options.Rules["WorkerCrash"] = new RuleOptions { For = TimeSpan.FromDays(2) };
        _options.Rules["WorkerCrashLoop"] = new RuleOptions { Window = TimeSpan.FromHours(1) };
        _options.Rules["DiskLow"] = new RuleOptions { Window = TimeSpan.FromMinutes(1) };
        _options.Rules["DiskFull"] = new RuleOptions { Threshold = -0.1 };

        Assert.Equal(5, Validate().Failures!.Count());
    }

    [Theory]
    [InlineData("ftp://example.org/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/hook")]
    public void Validate_WebhookThatIsNoHttpAddress_IsRefused(string url)
    {
        _options.Webhooks.Add(new WebhookOptions { Name = "pager", Url = url });

        Assert.Contains("pager", Validate().FailureMessage);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("https://wiki.example.org/chat", true)]
    [InlineData("docs/operations.md", false)]
    [InlineData("file:///operations.md", false)]
    public void Validate_Runbook_IsAnAddressThatReceiversCanOpen(string url, bool valid)
    {
        _options.RunbookUrl = url;

        Assert.Equal(valid, Validate().Succeeded);
    }

    [Fact]
    public void RunbookOf_ARule_IsItsPlaceOnThePageOrNothing()
    {
        Assert.Null(_options.RunbookOf("QueueOld"));
        _options.RunbookUrl = "https://wiki.example.org/chat";
        Assert.Equal("https://wiki.example.org/chat#queueold", _options.RunbookOf("QueueOld"));
    }

    [Fact]
    public void Validate_TwoChannelsOfOneName_AreRefused()
    {
        _options.Webhooks.Add(new WebhookOptions { Name = "Log", Url = "http://example.org/" });

        Assert.True(Validate().Failed);
    }

    [Fact]
    public void Validate_MailWithoutSenderOrReceiver_IsRefused()
    {
        _options.Smtp.Host = "mail.example.org";

        Assert.Contains("Alerts:Smtp:From", Validate().FailureMessage);
        Assert.Contains("Alerts:Smtp:To", Validate().FailureMessage);
    }

    private Microsoft.Extensions.Options.ValidateOptionsResult Validate() => new AlertsOptionsValidator().Validate(null, _options);
}
