using Chat.Server.Access.ApiKeys;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Chat.Tests.Api;

public sealed class ApiOptionsValidatorTests
{
    private const string Good = "Zk3vQ8pL1xWn6TbY0sRd9uHfGa5cEj2m";

    [Theory]
    [InlineData("shop", Good, "publish send", null)]
    [InlineData("", Good, "publish", "Name")]
    [InlineData("sh\nop", Good, "publish", "Name")]
    [InlineData("shop", "", "publish", "Key")]
    [InlineData("shop", "kQ9-tiny", "publish", "Key")]
    [InlineData("shop", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "publish", "Key")]
    [InlineData("shop", "change-me-0123456789-abcdefghijklmnop", "publish", "Key")]
    [InlineData("shop", Good, "publish everything", "Roles")]
    public void Validate_OutsideDevelopment_NamesWhatIsWrong(string name, string key, string roles, string? field)
    {
        var result = Validate("Production", new ApiKeyOptions { Name = name, Key = key, Roles = roles });
        if (field is null)
        {
            Assert.True(result.Succeeded, result.FailureMessage);
            return;
        }

        Assert.Contains($"Api:Keys:0:{field}", Assert.Single(result.Failures!));
        Assert.True(key.Length == 0 || !result.FailureMessage!.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_InDevelopment_TakesAShortKey() =>
        Assert.True(Validate("Development", new ApiKeyOptions { Name = "shop", Key = "dev" }).Succeeded);

    [Fact]
    public void Validate_TheSameNameOrKeyTwice_IsRefused()
    {
        Assert.False(Validate("Production", new() { Name = "a", Key = Good }, new() { Name = "a", Key = Good + "2" }).Succeeded);
        Assert.False(Validate("Production", new() { Name = "a", Key = Good }, new() { Name = "b", Key = Good }).Succeeded);
    }

    private static Microsoft.Extensions.Options.ValidateOptionsResult Validate(string environment, params ApiKeyOptions[] keys) =>
        new ApiOptionsValidator(new Environment(environment)).Validate(null, new ApiOptions { Keys = keys });

    private sealed class Environment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
