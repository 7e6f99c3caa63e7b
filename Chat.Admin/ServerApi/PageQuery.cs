using Microsoft.AspNetCore.WebUtilities;

namespace Chat.Admin.ServerApi;

/// <summary>Which page of which rows in which order; the same words in the console's address and in the management API's.</summary>
public sealed record PageQuery(int Page, int Size, string Sort, IReadOnlyDictionary<string, string> Filters)
{
    public static readonly int[] Sizes = [25, 50, 100];

    public string ToQueryString()
    {
        var parts = Filters.Where(f => f.Value.Length > 0).ToDictionary(f => f.Key, string? (f) => f.Value);
        parts["page"] = $"{Page}";
        parts["size"] = $"{Size}";
        if (Sort.Length > 0)
        {
            parts["sort"] = Sort;
        }

        return QueryHelpers.AddQueryString("", parts);
    }
}
