using System.Net;
using Chat.Server.Access.ApiKeys;
using Chat.Server.Workers.Ports;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Chat.Server.Access;

internal static class AccessSetup
{
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<AuthOptions>().BindConfiguration(AuthOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidator>();
        services.AddLimits();
        services.PostConfigure<LoggerFilterOptions>(QuietLogs.Apply);

        services.AddSingleton<AccessMeter>();
        services.AddSingleton<RefusalLog>();
        services.AddSingleton<TokenKey>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<AccessLimits>();
        services.AddSingleton<BlockedUsers>();
        services.AddSingleton<TokenCheck>();
        services.AddSingleton<Origins>();
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerSetup>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddApiKeys();
        services.AddSingleton<PlainHttp>();
        services.AddSingleton<IWarmUp, AccessWarmUp>();
        services.AddAuthorization();

        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<Origins>((cors, origins) => cors.AddDefaultPolicy(policy =>
            policy.SetIsOriginAllowed(origins.IsListed).AllowAnyHeader().AllowAnyMethod().AllowCredentials()));
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<AuthOptions>>((forwarded, auth) =>
        {
            forwarded.ForwardedHeaders = auth.Value.KnownProxies.Length > 0
                ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                : ForwardedHeaders.None;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var proxy in auth.Value.KnownProxies)
            {
                if (IPAddress.TryParse(proxy, out var address))
                {
                    forwarded.KnownProxies.Add(address);
                }
                else
                {
                    forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
                }
            }
        });
        return services;
    }

    /// <summary>The limits, also for who only judges changes of them.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services) => services.AddLiveSection<LimitsOptions>(LimitsOptions.Section);

    /// <summary>Everything that stands before the endpoints, in this order.</summary>
    public static void UseAccess(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseSecurityHeaders();
        app.UseWhen(IsHub, hubs => hubs.UseMiddleware<OriginCheck>());
        app.UseCors();
        app.UseAuthentication();
        app.UseWhen(IsHub, hubs => hubs.UseMiddleware<HubDoor>());
        app.UseAuthorization();
    }

    private static bool IsHub(HttpContext context) => context.Request.Path.StartsWithSegments(BearerSetup.QueryTokenPath);
}
