using System.Net;
using Chat.Contracts;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Client.Connecting;

/// <summary>Where hub connections come from, and whether they are this client's to dispose.</summary>
internal sealed class HubSource
{
    private readonly Func<HubConnection> _create;

    private HubSource(Func<HubConnection> create, bool disposes)
    {
        _create = create;
        Disposes = disposes;
    }

    public bool Disposes { get; }

    public HubConnection Create() => _create();

    public static HubSource Of(HubConnection hub) => new(() => hub, disposes: false);

    public static HubSource Of(Func<HubConnection> create) => new(create, disposes: true);

    public static HubSource Of(ChatClientOptions options)
    {
        var address = Address(options.Url!, options.Device);
        return new HubSource(() => Build(address, options), disposes: true);
    }

    internal static Uri Address(Uri url, string device)
    {
        var address = new UriBuilder(url);
        address.Scheme = address.Scheme switch
        {
            "http" => "ws",
            "https" => "wss",
            var other => other,
        };
        if (address.Path is "" or "/")
        {
            address.Path = ChatHubContract.Path;
        }

        var query = $"{ChatHubContract.DeviceQuery}={Uri.EscapeDataString(device)}";
        address.Query = address.Query.Length > 1 ? $"{address.Query[1..]}&{query}" : query;
        return address.Uri;
    }

    private static HubConnection Build(Uri address, ChatClientOptions options)
    {
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(address));
        builder.Services.AddSingleton<IConnectionFactory>(new WebSocketConnectionFactory(options));
        builder.Services.AddSingleton(options.LoggerFactory);
        builder.Services.Configure<JsonHubProtocolOptions>(json => ClientJson.Apply(json.PayloadSerializerOptions));
        var hub = builder.Build();
        hub.ServerTimeout = options.ServerTimeout;
        hub.KeepAliveInterval = options.KeepAliveInterval;
        hub.HandshakeTimeout = options.ConnectTimeout;
        return hub;
    }
}
