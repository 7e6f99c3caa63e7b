using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Chat.Server.Alerts.Channels;

/// <summary>Posts to an address that an operator configured, and to nowhere else: no redirects, no proxy, no link-local or metadata address.</summary>
internal sealed class WebhookChannel : INotificationChannel, IDisposable
{
    private readonly WebhookOptions _options;
    private readonly HttpClient _http;

    public WebhookChannel(WebhookOptions options)
    {
        _options = options;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    public string Name => _options.Name;

    public TimeSpan Timeout => _options.Timeout;

    public ChannelFace Show(Notification notification) =>
        new("webhook", TargetOf(_options.Url), _options.Secret.Length > 0, Encoding.UTF8.GetString(AlertmanagerJson.Write(notification, Name)));

    public async Task SendAsync(Notification notification, CancellationToken cancellationToken)
    {
        var body = AlertmanagerJson.Write(notification, Name);
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (_options.Secret.Length > 0)
        {
            request.Headers.Add("X-Signature", "sha256=" + Sign(body, _options.Secret));
        }

        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException("the receiver refused", inner: null, response.StatusCode);
        }
    }

    public void Dispose() => _http.Dispose();

    internal static string Sign(byte[] body, string secret) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    /// <summary>Receivers put secrets into paths and queries: the host is all that is told.</summary>
    internal static string TargetOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) ? $"{uri.Scheme}://{uri.Authority}/{(uri.PathAndQuery.Length > 1 ? "…" : "")}" : "…";

    /// <summary>Looks at the address that is really connected to: a name may resolve to another one each time.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = addresses.Where(a => !WebhookAddress.IsBlocked(a)).ToArray();
        if (allowed.Length == 0)
        {
            throw new BlockedAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
