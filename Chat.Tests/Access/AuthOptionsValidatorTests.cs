using Chat.Server.Access;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Chat.Tests.Access;

public sealed class AuthOptionsValidatorTests
{
    private const string GoodKey = "q7Zt1vYx0mN4bR8wK2eJ6uHcP9aLfD3sGiTnVoXyE5=";

    [Fact]
    public void Validate_NothingSet_StartsInDevelopmentOnly()
    {
        Assert.Empty(FailuresOf(new AuthOptions(), "Development"));
        Assert.Single(FailuresOf(new AuthOptions(), "Production"));
    }

    [Fact]
    public void Validate_GoodKey_Starts() => Assert.Empty(FailuresOf(new AuthOptions { SigningKey = GoodKey }, "Production"));

    [Theory]
    [InlineData("short")]
    [InlineData("0123456789abcdefghijklmnopqrst!")]
    public void Validate_KeyBelow256Bits_IsRefusedEverywhere(string key)
    {
        Assert.Contains("shorter than 32", FailuresOf(new AuthOptions { SigningKey = key }, "Production").Single());
        Assert.Contains("shorter than 32", FailuresOf(new AuthOptions { SigningKey = key }, "Development").Single());
    }

    [Theory]
    [InlineData("change-me-change-me-change-me-change-me")]
    [InlineData("this-is-a-sample-key-of-the-manual-0123")]
    [InlineData("MySuperSecretKeyThatNobodyKnows12345678")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("1234567890123456789012345678901234567890")]
    public void Validate_SampleKey_IsRefusedOutsideDevelopment(string key)
    {
        Assert.Contains("sample", FailuresOf(new AuthOptions { SigningKey = key }, "Production").Single());
        Assert.Contains("sample", FailuresOf(new AuthOptions { SigningKey = key }, "Staging").Single());
        Assert.Empty(FailuresOf(new AuthOptions { SigningKey = key }, "Development"));
    }

    [Fact]
    public void Validate_KeyAndAuthority_IsRefused() =>
        Assert.Contains("keep one", FailuresOf(new AuthOptions { SigningKey = GoodKey, Authority = "https://id.example.org" }, "Production").Single());

    [Fact]
    public void Validate_AuthorityWithoutTls_IsRefusedOutsideDevelopment()
    {
        Assert.Single(FailuresOf(new AuthOptions { Authority = "http://id.example.org" }, "Production"));
        Assert.Empty(FailuresOf(new AuthOptions { Authority = "http://localhost:8080/realms/chat" }, "Development"));
        Assert.Empty(FailuresOf(new AuthOptions { Authority = "https://id.example.org" }, "Production"));
    }

    [Theory]
    [InlineData("chat.example.org")]
    [InlineData("https://chat.example.org/app")]
    [InlineData("*")]
    public void Validate_SomethingElseThanAnOrigin_IsRefused(string origin) =>
        Assert.Contains(origin, FailuresOf(new AuthOptions { SigningKey = GoodKey, AllowedOrigins = [origin] }, "Production").Single());

    [Theory]
    [InlineData("proxy.internal")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    public void Validate_ProxyThatIsNeitherAddressNorNetwork_IsRefused(string proxy) =>
        Assert.Contains(proxy, FailuresOf(new AuthOptions { SigningKey = GoodKey, KnownProxies = [proxy] }, "Production").Single());

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("10.0.0.0/8")]
    [InlineData("fd00::/8")]
    public void Validate_ProxyByAddressOrNetwork_IsTaken(string proxy) =>
        Assert.Empty(FailuresOf(new AuthOptions { SigningKey = GoodKey, KnownProxies = [proxy] }, "Production"));

    private static IEnumerable<string> FailuresOf(AuthOptions options, string environment) =>
        new AuthOptionsValidator(new Named(environment)).Validate(null, options).Failures ?? [];

    private sealed class Named(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "Chat.Server";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
