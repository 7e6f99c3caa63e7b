using System.Globalization;
using System.Text;
using System.Text.Json;
using Chat.Admin.Access;
using Chat.Admin.ServerApi;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Admin.Export;

/// <summary>A table as a file: all pages of what the address says, up to a limit. Never a body: the rows that the pages show hold none.</summary>
internal static class ExportEndpoints
{
    private const int MostRows = 10_000;
    private const int PageSize = 100;

    public static void MapExport(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/admin/export/{name}.{format}", WriteAsync).RequireAuthorization();

    private static async Task WriteAsync(HttpContext context, string name, string format, Fleet fleet, IAuditTrail audit)
    {
        var actor = Actor.Of(context.User);
        var table = ExportTable.Find(name);
        if (table is null || format is not ("csv" or "json"))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (actor is null || !actor.May(table.Least))
        {
            audit.Record(new(actor?.Name ?? "", $"{actor?.Role}", actor?.Address ?? ""), "export", name, "refused", $"needs {table.Least}");
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        var filters = context.Request.Query.Where(q => q.Key is not ("page" or "size" or "sort")).ToDictionary(q => q.Key, q => q.Value.ToString());
        var rows = new List<JsonElement>();
        await foreach (var row in table.Read(fleet, new PageQuery(1, PageSize, context.Request.Query["sort"].ToString(), filters), actor.Role))
        {
            rows.Add(row);
            if (rows.Count >= MostRows || context.RequestAborted.IsCancellationRequested)
            {
                break;
            }
        }

        audit.Record(new(actor.Name, $"{actor.Role}", actor.Address), "export", name, "done", $"{rows.Count} rows");
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}.{format}\"";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = format == "csv" ? "text/csv; charset=utf-8" : "application/json";
        await context.Response.WriteAsync(format == "csv" ? Csv.Of(rows) : JsonSerializer.Serialize(rows, ChatJson.Options), context.RequestAborted);
    }
}
