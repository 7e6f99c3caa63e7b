using Chat.Bench.Targets;

namespace Chat.Bench.Results;

/// <summary>One number of one repeat.</summary>
internal sealed record Measurement(string Scenario, TargetKind Target, int Repeat, string Metric, double Value, string Unit);

/// <summary>Something that went otherwise than planned in one turn; the numbers of that turn may be wrong.</summary>
internal sealed record Remark(string Scenario, TargetKind Target, int Repeat, string Text);

/// <summary>All numbers of a run.</summary>
internal sealed class ResultSet
{
    private readonly List<Measurement> _measurements = [];
    private readonly List<Remark> _remarks = [];

    public IReadOnlyList<Measurement> Measurements => _measurements;

    public IReadOnlyList<Remark> Remarks => _remarks;

    public void Add(Measurement measurement) => _measurements.Add(measurement);

    public void Add(Remark remark) => _remarks.Add(remark);

    /// <summary>Values by repeat.</summary>
    public IReadOnlyDictionary<int, double> Values(string scenario, TargetKind target, string metric) =>
        _measurements.Where(m => m.Scenario == scenario && m.Target == target && m.Metric == metric).ToDictionary(m => m.Repeat, m => m.Value);
}
