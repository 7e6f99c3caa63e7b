using Chat.Server.Access.ApiKeys;
using Microsoft.OpenApi;

namespace Chat.Server.Api;

internal static class ApiSetup
{
    private const string Document = "api";

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddOpenApi(Document, openApi =>
        {
            openApi.ShouldInclude = endpoint => endpoint.ActionDescriptor.EndpointMetadata.OfType<ApiRequestType>().Any();
            openApi.AddOperationTransformer(async (operation, context, cancellation) =>
            {
                var request = context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiRequestType>().Single();
                var schema = await context.GetOrCreateSchemaAsync(request.Type, null, cancellation);
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = schema } },
                };
            });
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

/// <summary>What a call takes, for its description. Routing's own word for it would answer another content type before the call can, and not in the wire's shape.</summary>
internal sealed record ApiRequestType(Type Type);
