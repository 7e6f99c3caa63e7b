using System.Collections.Concurrent;
using Chat.Contracts;
using Chat.Tests.Hubs.Wire;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Hubs;

public sealed class SecretsTests
{
    [Fact]
    public async Task Logs_AtTheMostTalkativeSetting_HoldNeitherTokensNorBodies()
    {
        var lines = new Lines();
        await using var server = await InProcessServer.StartAsync(
            builder => builder.Logging.AddProvider(lines),
            "Logging:LogLevel:Default=Trace", "Logging:LogLevel:Microsoft.AspNetCore=Trace", "Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=Trace");
        var token = server.Token("alice");
        await using (var alice = await WireClient.ConnectAsync(server.Address, token, tokenInQuery: true))
        {
            var conversation = await alice.CreateAsync("direct", "bob");
            await alice.SendAsync(conversation, "m1", "canary-in-a-body");
            Assert.Equal("m1", (await alice.EventAsync()).Id);
            await alice.WriteAsync("""{"type":1,"target":"Send","arguments":["canary-in-a-body"]}""");
            await alice.CallAsync("Ping", new { });
        }

        await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(server.Address, token + "x", tokenInQuery: true));
        await server.DisposeAsync();

        Assert.NotEmpty(lines.Written);
        var signature = token.Split('.')[2];
        Assert.DoesNotContain(lines.Written, l => l.Contains(signature) || l.Contains("canary-in-a-body"));
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Written { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
