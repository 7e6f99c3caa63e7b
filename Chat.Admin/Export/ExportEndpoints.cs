using System.Globalization;
using System.Text;
using System.Text.Json;
using Chat.Admin.Access;
using Chat.Admin.ServerApi;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Admin.Export;

/// <summary>
/// A table as a file: all pages of what the address says, up to a limit; a file that is not whole says so in its last row. Never a
/// body: the rows that the pages show hold none.
/// </summary>
internal static class ExportEndpoints
{
    private const int MostRows = 10_000;
    private const int PageSize = 100;

    public static void MapExport(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/admin/export/{name}.{format}", WriteAsync).RequireAuthorization();

    internal static async Task WriteAsync(HttpContext context, string name, string format, Fleet fleet, UserBook users, IAuditTrail audit)
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
        var rows = new ExportRows(MostRows, context.RequestAborted);
        await table.ReadAsync(rows, new ExportSources(fleet, users), new PageQuery(1, PageSize, context.Request.Query["sort"].ToString(), filters), actor.Role);
        var failed = rows.Count == 0 ? rows.Error : null;
        audit.Record(
            new(actor.Name, $"{actor.Role}", actor.Address), "export", name, failed is null ? "done" : "failed", $"{rows.Count} rows{(rows.Missing is null ? "" : ", incomplete")}");
        if (failed is not null)
        {
            // An empty file would say that there is nothing.
            context.Response.StatusCode = failed.Code == ErrorCodes.Invalid ? StatusCodes.Status400BadRequest : StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync($"Nothing could be exported: {rows.Missing}", context.RequestAborted);
            return;
        }

        var file = rows.ToFile();
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}.{format}\"";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = format == "csv" ? "text/csv; charset=utf-8" : "application/json";
        await context.Response.WriteAsync(format == "csv" ? Csv.Of(file) : JsonSerializer.Serialize(file, ChatJson.Options), context.RequestAborted);
    }
}
