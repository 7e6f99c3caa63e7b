using System.Diagnostics.Metrics;
using Chat.Server.Telemetry;
using Microsoft.Extensions.Options;

namespace Chat.Server.Health.Probes;

/// <summary>Free space where this process writes. The disk is the node's: only who speaks for the node measures it, all others look.</summary>
internal sealed class DiskProbe : IHealthProbe
{
    private readonly HealthOptions _options;
    private readonly Func<string, (long Free, long Total)> _read;
    private double? _share;

    /// <param name="meters">Null: no metric of it.</param>
    public DiskProbe(IOptions<HealthOptions> options, IMeterFactory? meters)
        : this(options, meters, Read)
    {
    }

    internal DiskProbe(IOptions<HealthOptions> options, IMeterFactory? meters, Func<string, (long Free, long Total)> read)
    {
        _options = options.Value;
        _read = read;
        meters?.Create(TelemetryNames.Of("Health")).CreateObservableGauge(
            "chat.disk.free",
            () => _share is { } share ? new Measurement<double>[] { new(share) } : [],
            "1",
            "Free space of the watched disk as a share of its size");
    }

    public string Name => HealthNames.Disk;

    public IReadOnlyList<string> Tags { get; } = [];

    public Task<ProbeResult> CheckAsync(CancellationToken cancellationToken)
    {
        var (free, total) = _read(_options.DiskFolder);
        var share = total > 0 ? (double)free / total : 1;
        _share = share;
        var data = new Dictionary<string, object?> { ["freeBytes"] = free, ["totalBytes"] = total };
        var description = $"{Math.Round(share * 100):0} % free";
        return Task.FromResult(share < _options.DiskFreeLimit ? ProbeResult.Degraded(description, data) : ProbeResult.Healthy(description, data));
    }

    private static (long Free, long Total) Read(string folder)
    {
        var drive = new DriveInfo(Path.GetFullPath(folder));
        return (drive.AvailableFreeSpace, drive.TotalSize);
    }
}
