using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;

namespace Chat.Server.Access.ApiKeys;

internal static class ApiKeysSetup
{
    /// <summary>Scheme of the HTTP API: a key where one is given, else a user's token.</summary>
    public const string Scheme = "Api";

    public static IServiceCollection AddApiKeys(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<ApiOptions>().BindConfiguration(ApiOptions.Section);
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiOptionsValidator>();
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Callers.Service, null)
            .AddPolicyScheme(Scheme, null, policy => policy.ForwardDefaultSelector = context =>
                context.Request.Headers.ContainsKey(ApiKeyHandler.Header) ? Callers.Service : JwtBearerDefaults.AuthenticationScheme);
        return services;
    }
}
