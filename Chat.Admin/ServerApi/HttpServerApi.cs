using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Chat.Admin.Access;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

internal sealed class HttpServerApi(NodeBook nodes) : IServerApi, IDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(4);

    // A node writes at least a snapshot a second; silence means that it hangs.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<NodeOptions, Lazy<HttpClient>> _clients = new();

    public IReadOnlyList<string> Nodes => nodes.Names;

    public async Task<Reply<T>> GetAsync<T>(string node, string pathAndQuery, Role role, CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, pathAndQuery);
        request.Headers.Add(ManagementHeaders.Actor, "console");
        request.Headers.Add(ManagementHeaders.Role, WordOf(role));
        return await SendAsync<T>(node, request, cancellationToken);
    }

    public async Task<Reply<string>> TextAsync(string node, string path, Role role, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add(ManagementHeaders.Actor, "console");
        request.Headers.Add(ManagementHeaders.Role, WordOf(role));
        return await SendAsync(node, request, static async (content, limit) => await content.ReadAsStringAsync(limit), cancellationToken);
    }

    public async Task<Reply<T>> PostAsync<T>(string node, string path, object body, Actor actor, CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, body.GetType(), options: ChatJson.Options) };
        request.Headers.Add(ManagementHeaders.Actor, Uri.EscapeDataString(actor.Name));
        request.Headers.Add(ManagementHeaders.Role, WordOf(actor.Role));
        request.Headers.Add(ManagementHeaders.Address, actor.Address);
        return await SendAsync<T>(node, request, cancellationToken);
    }

    public async IAsyncEnumerable<LiveEvent> LiveAsync(string node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        quiet.CancelAfter(Silence);
        using var request = new HttpRequestMessage(HttpMethod.Get, ManagementRoutes.Live);
        request.Headers.Accept.Add(new("text/event-stream"));
        request.Headers.Add(ManagementHeaders.Actor, "console");
        request.Headers.Add(ManagementHeaders.Role, ManagementRoles.Viewer);
        using var response = await ClientOf(node).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, quiet.Token);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(quiet.Token);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(quiet.Token))
        {
            quiet.CancelAfter(Silence);
            yield return new(item.EventType, item.Data);
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Value.Dispose();
        }
    }

    private Task<Reply<T>> SendAsync<T>(string node, HttpRequestMessage request, CancellationToken cancellationToken)
        where T : class =>
        SendAsync(node, request, static (content, limit) => content.ReadFromJsonAsync<T>(ChatJson.Options, limit), cancellationToken);

    private async Task<Reply<T>> SendAsync<T>(string node, HttpRequestMessage request, Func<HttpContent, CancellationToken, Task<T?>> read, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerWithin);
        try
        {
            using var response = await ClientOf(node).SendAsync(request, limit.Token);
            if (response.IsSuccessStatusCode)
            {
                return await read(response.Content, limit.Token) is { } value
                    ? value
                    : Reply<T>.Failed(ReplyCodes.Unreadable, "The node answered nothing.");
            }

            if (response.Content.Headers.ContentType?.MediaType is not "application/json")
            {
                return new(null, new ChatError(ReplyCodes.Unreadable, response.StatusCode is HttpStatusCode.NotFound ? "The node does not have this yet." : $"The node answered {(int)response.StatusCode}.", Retryable: false));
            }

            var problem = await response.Content.ReadFromJsonAsync<ManagementProblem>(ChatJson.Options, limit.Token);
            return problem?.Error is { } error ? new(null, error) : Reply<T>.Failed(ReplyCodes.Unreadable, $"The node answered {(int)response.StatusCode}.");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return Reply<T>.Failed(ReplyCodes.Unreachable, "The node cannot be reached.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Reply<T>.Failed(ReplyCodes.Unreachable, $"The node did not answer within {AnswerWithin.TotalSeconds:0} s.");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException)
        {
            return Reply<T>.Failed(ReplyCodes.Unreadable, "The node's answer could not be read: its version may be another.");
        }
    }

    private static string WordOf(Role role) => role switch
    {
        Role.Admin => ManagementRoles.Admin,
        Role.Operator => ManagementRoles.Operator,
        _ => ManagementRoles.Viewer,
    };

    /// <exception cref="HttpRequestException">The node is not shown any more.</exception>
    private HttpClient ClientOf(string name)
    {
        var node = nodes.Find(name) ?? throw new HttpRequestException("The node is gone.");
        var client = _clients.GetOrAdd(node, static n => new(() => Connect(n)));
        foreach (var gone in _clients.Keys.Where(n => nodes.Find(n.Name) != n))
        {
            if (_clients.TryRemove(gone, out var old))
            {
                old.Value.Dispose();
            }
        }

        return client.Value;
    }

    private static HttpClient Connect(NodeOptions node)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        var client = new HttpClient(handler) { BaseAddress = new Uri(node.Url), Timeout = Timeout.InfiniteTimeSpan };
        if (node.Key.Length > 0)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", node.Key);
        }

        return client;
    }
}
