using Chat.Contracts.Management;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Chat.Server.Management.Api;

/// <summary>The OpenAPI document: what the routes say of themselves, with the parameters that they read by hand.</summary>
internal static class ApiDescription
{
    public const string Name = "management";

    public static void Configure(OpenApiOptions options)
    {
        options.ShouldInclude = api => $"/{api.RelativePath}".StartsWith(ManagementRoutes.Root, StringComparison.Ordinal);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "Chat management", Version = "1", Description = "docs/management-api.md tells the rules for all routes." };
            document.Servers?.Clear();
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key of Management:Keys." },
            };
            document.Security = [new() { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(async (operation, context, cancellationToken) =>
        {
            var description = context.Description;
            var metadata = description.ActionDescriptor.EndpointMetadata;
            operation.Parameters = [.. Parameters(description.RelativePath ?? "", metadata.OfType<QueryNames>().FirstOrDefault())];
            if (metadata.OfType<BodyShape>().FirstOrDefault() is { } body)
            {
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(body.Type, null, cancellationToken) },
                    },
                };
            }
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(DateTimeOffset) || context.JsonTypeInfo.Type == typeof(DateTimeOffset?))
            {
                schema.Type = JsonSchemaType.String;
                schema.Format = "date-time";
            }

            return Task.CompletedTask;
        });
    }

    private static IEnumerable<IOpenApiParameter> Parameters(string path, QueryNames? query)
    {
        foreach (var part in path.Split('/').Where(p => p.StartsWith('{')))
        {
            yield return Parameter(part.Trim('{', '}'), ParameterLocation.Path);
        }

        foreach (var name in query?.Names ?? [])
        {
            yield return Parameter(name, ParameterLocation.Query);
        }
    }

    private static OpenApiParameter Parameter(string name, ParameterLocation place) => new()
    {
        Name = name,
        In = place,
        Required = place == ParameterLocation.Path,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };
}
