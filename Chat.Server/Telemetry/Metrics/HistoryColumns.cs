namespace Chat.Server.Telemetry.Metrics;

/// <summary>Which place of a frame belongs to which series. Places are given once and never moved, so old frames stay readable.</summary>
internal sealed class HistoryColumns(int mostPlaces)
{
    private readonly Dictionary<(string Family, string Source, LabelSet Labels), HistoryColumn> _byKey = [];
    private readonly Dictionary<string, List<HistoryColumn>> _byFamily = new(StringComparer.Ordinal);

    public int Places { get; private set; }

    public long Refused { get; private set; }

    public IReadOnlyList<HistoryColumn> Of(string family) => _byFamily.TryGetValue(family, out var columns) ? columns : [];

    public IEnumerable<string> Families => _byFamily.Keys;

    public HistoryColumn? Find(MetricFamily family, string source, LabelSet labels)
    {
        var key = (family.Name, source, labels);
        if (_byKey.TryGetValue(key, out var column) && column.Fits(family))
        {
            return column;
        }

        var width = HistoryColumn.WidthOf(family);
        if (Places + width > mostPlaces)
        {
            Refused++;
            return null;
        }

        var made = new HistoryColumn(Places, source, labels, family);
        Places += width;
        _byKey[key] = made;
        if (!_byFamily.TryGetValue(family.Name, out var columns))
        {
            _byFamily.Add(family.Name, columns = []);
        }

        if (column is not null)
        {
            columns.Remove(column);
        }

        columns.Add(made);
        return made;
    }
}

/// <summary>The places of one series: one for a number, one per bucket and one for the sum of a histogram.</summary>
internal sealed class HistoryColumn(int start, string source, LabelSet labels, MetricFamily family)
{
    public int Start { get; } = start;

    public string Source { get; } = source;

    public LabelSet Labels { get; } = labels;

    public MetricKind Kind { get; } = family.Kind;

    public IReadOnlyList<double> Bounds { get; } = family.Bounds;

    public int BucketCount => Kind == MetricKind.Histogram ? Bounds.Count + 1 : 0;

    public static int WidthOf(MetricFamily family) => family.Kind == MetricKind.Histogram ? family.Bounds.Count + 2 : 1;

    public bool Fits(MetricFamily other) => other.Kind == Kind && (Kind != MetricKind.Histogram || Bounds.SequenceEqual(other.Bounds));

    public void Write(double[] frame, MetricSeries series)
    {
        frame[Start] = series.Value;
        for (var i = 0; i < BucketCount; i++)
        {
            frame[Start + 1 + i] = series.Buckets![i];
        }
    }
}
