using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Alerts.Channels;

/// <summary>A real server that takes webhooks, and fails on purpose when asked to.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebhookReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single() + "/hook";

    /// <summary>The next answers; when there are none left it is 200.</summary>
    public ConcurrentQueue<int> Answers { get; } = new();

    public ConcurrentQueue<Call> Calls { get; } = new();

    /// <summary>What an operator read, such as <c>firing DatabaseUnavailable critical</c>, oldest first.</summary>
    public IReadOnlyList<string> Told => [.. Calls.Select(call => call.Headline)];

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new WebhookReceiver(builder.Build());
        receiver._app.MapPost("/hook", receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Calls.Enqueue(new Call(body.ToArray(), context.Request.Headers["X-Signature"].ToString(), context.Request.ContentType));
        if (Answers.TryDequeue(out var answer))
        {
            context.Response.StatusCode = answer;
            if (answer is >= 300 and < 400)
            {
                context.Response.Headers.Location = "/elsewhere";
            }
        }
    }

    internal sealed record Call(byte[] Body, string Signature, string? ContentType)
    {
        /// <summary>When it came, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
        public long At { get; } = Stopwatch.GetTimestamp();

        public JsonElement Json => JsonDocument.Parse(Body).RootElement;

        public string Headline
        {
            get
            {
                var labels = Json.GetProperty("groupLabels");
                return $"{Json.GetProperty("status").GetString()} {labels.GetProperty("alertname").GetString()} {labels.GetProperty("severity").GetString()}";
            }
        }
    }
}
