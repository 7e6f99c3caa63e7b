using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;

namespace Chat.Tests.Management;

/// <summary>A whole server with a key of each role, and callers who show them.</summary>
public sealed class ManagementBed : IAsyncLifetime
{
    public const string SigningKey = "canary-signing-key-0123456789-0123456789-0123456789";

    private readonly List<HttpClient> _clients = [];

    internal InProcessServer Server { get; private set; } = null!;

    internal HttpClient Viewer { get; private set; } = null!;

    internal HttpClient Operator { get; private set; } = null!;

    internal HttpClient Admin { get; private set; } = null!;

    /// <summary>Acts for others.</summary>
    internal HttpClient Console { get; private set; } = null!;

    /// <summary>Without a key.</summary>
    internal HttpClient Stranger { get; private set; } = null!;

    public static string KeyOf(string name) => $"canary-key-of-{name}-0123456789-0123456789";

    public async Task InitializeAsync()
    {
        string[] names = ["viewer", "operator", "admin", "console"];
        Server = await InProcessServer.StartAsync(
        [
            .. names.SelectMany((name, i) => new[]
            {
                $"Management:Keys:{i}:Name={name}",
                $"Management:Keys:{i}:Role={(name == "console" ? "admin" : name)}",
                $"Management:Keys:{i}:Key={KeyOf(name)}",
                $"Management:Keys:{i}:Delegates={name == "console"}",
            }),
            "Management:PublicUrl=https://chat-1.example:5081/",
            $"Auth:SigningKey={SigningKey}",
            $"Alerts:Folder={TestRun.NewFolder("alerts")}",
            "Alerts:Webhooks:0:Name=pager",
            "Alerts:Webhooks:0:Url=https://hooks.example.org/canary-path",
            "Alerts:Webhooks:0:Secret=canary-webhook-secret",
        ]);
        (Viewer, Operator, Admin, Console, Stranger) = (Client(KeyOf("viewer")), Client(KeyOf("operator")), Client(KeyOf("admin")), Client(KeyOf("console")), Client(null));
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(c => c.Dispose());
        await Server.DisposeAsync();
    }

    internal HttpClient Client(string? key)
    {
        var client = new HttpClient { BaseAddress = Server.ManagementAddress, Timeout = Eventually.Patience };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        _clients.Add(client);
        return client;
    }

    internal async Task<Stretch<AuditEntry>> AuditAsync(string query = "") => await Admin.ReadAsync<Stretch<AuditEntry>>($"{ManagementRoutes.Audit}?limit=200{query}");
}

internal static class ManagementCalls
{
    /// <summary>The answer to a GET that must succeed.</summary>
    public static async Task<T> ReadAsync<T>(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"GET {path} answered {(int)response.StatusCode}: {text}");
        return JsonSerializer.Deserialize<T>(text, ChatJson.Options)!;
    }

    /// <summary>The answer to a POST that must succeed.</summary>
    public static async Task<T> DoAsync<T>(this HttpClient client, string path, object? body = null)
    {
        using var response = await client.PostAsJsonAsync(path, body ?? new { }, ChatJson.Options);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"POST {path} answered {(int)response.StatusCode}: {text}");
        return JsonSerializer.Deserialize<T>(text, ChatJson.Options)!;
    }

    /// <summary>The refusal of a call that must fail.</summary>
    public static async Task<ChatError> RefusedAsync(this HttpResponseMessage response, int status)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode == status, $"{status} was expected, {(int)response.StatusCode} came: {text}");
            return JsonSerializer.Deserialize<ManagementProblem>(text, ChatJson.Options)!.Error;
        }
    }

    public static Task<HttpResponseMessage> PostAsync(this HttpClient client, string path, string json, string type = "application/json") =>
        client.PostAsync(path, new StringContent(json, Encoding.UTF8, type));

    public static string With(this string route, string id, string user) =>
        route.With(id).Replace("{user}", Uri.EscapeDataString(user), StringComparison.Ordinal);

    public static string With(this string route, string id) => route.Replace("{id}", Uri.EscapeDataString(id), StringComparison.Ordinal);
}
