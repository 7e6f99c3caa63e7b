using Chat.Server.Access.ApiKeys;
using Microsoft.OpenApi;

namespace Chat.Server.Api;

internal static class ApiSetup
{
    public const string Document = "api";

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddOpenApi(Document, openApi =>
        {
            openApi.ShouldInclude = endpoint => endpoint.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true && endpoint.ActionDescriptor.EndpointMetadata.OfType<IEndpointNameMetadata>().Any();
            openApi.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo { Title = "Chat", Version = "1", Description = "What back-end services do without a connection." };
                document.Servers?.Clear();
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
                {
                    ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = ApiKeyHandler.Header },
                    ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" },
                };
                document.Security =
                [
                    new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] },
                    new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] },
                ];
                return Task.CompletedTask;
            });
        });
        return services;
    }
}
