namespace Chat.Server.Management.Api;

/// <summary>Which rows of a list: the same for all lists.</summary>
internal sealed record PageQuery(int Number, int Size, string Sort, bool Descending, string? Search)
{
    /// <summary>Nobody reads so far; whoever searches narrows.</summary>
    public const int DeepestRow = 10_000;

    private const int LargestPage = 100;
    private const int DefaultSize = 25;

    public static readonly string[] Names = ["page", "size", "sort", "q"];

    public int Skip => (Number - 1) * Size;

    /// <summary>Rows up to the end of this page.</summary>
    public int Reach => Number * Size;

    /// <param name="sorts">The first is the default; with a <c>-</c> before it descending.</param>
    public static PageQuery Read(QueryReader query, params string[] sorts)
    {
        var size = (int)query.Number("size", 1, LargestPage, DefaultSize);
        var number = (int)query.Number("page", 1, DeepestRow / size, 1);
        var plain = sorts.Select(s => s.TrimStart('-')).ToArray();
        var sort = query.OneOf("sort", [.. plain, .. plain.Select(s => $"-{s}")]) ?? sorts[0];
        return new(number, size, sort.TrimStart('-'), sort.StartsWith('-'), query.Text("q"));
    }
}
