using Chat.Server.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Access;

public sealed class OriginsTests
{
    [Theory]
    [InlineData(null, "Production", true)]
    [InlineData("https://chat.example.org", "Production", true)]
    [InlineData("https://CHAT.example.org", "Production", true)]
    [InlineData("https://server.example.org", "Production", true)]
    [InlineData("http://server.example.org", "Production", true)]
    [InlineData("https://server.example.org:8443", "Production", false)]
    [InlineData("https://chat.example.org.evil.example", "Production", false)]
    [InlineData("http://chat.example.org", "Production", false)]
    [InlineData("https://evil.example", "Production", false)]
    [InlineData("null", "Production", false)]
    [InlineData("", "Production", false)]
    [InlineData("http://localhost:3000", "Production", false)]
    [InlineData("http://localhost:3000", "Development", true)]
    [InlineData("http://127.0.0.1:3000", "Development", true)]
    [InlineData("http://[::1]:3000", "Development", true)]
    [InlineData("http://localhost.evil.example", "Development", false)]
    [InlineData("null", "Development", false)]
    [InlineData("file:///home/page.html", "Development", false)]
    public void MayUse_RequestTo_server_example_org(string? origin, string environment, bool allowed)
    {
        var origins = new Origins(Options.Create(new AuthOptions { AllowedOrigins = ["https://chat.example.org/"] }), new Named(environment));
        var request = new DefaultHttpContext().Request;
        request.Host = new HostString("server.example.org");
        if (origin is not null)
        {
            request.Headers.Origin = origin;
        }

        Assert.Equal(allowed, origins.MayUse(request));
    }

    [Fact]
    public void MayUse_SameOriginWithAPort_IsAllowed()
    {
        var origins = new Origins(Options.Create(new AuthOptions()), new Named("Production"));
        var request = new DefaultHttpContext().Request;
        request.Host = new HostString("server.example.org:5080");
        request.Headers.Origin = "http://server.example.org:5080";
        Assert.True(origins.MayUse(request));
        request.Headers.Origin = "http://server.example.org";
        Assert.False(origins.MayUse(request));
    }

    private sealed class Named(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "Chat.Server";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
