using System.Diagnostics.Metrics;
using Chat.Server.Telemetry;

namespace Chat.Server.Management;

internal sealed class ManagementMeter : IDisposable
{
    private static readonly KeyValuePair<string, object?> Key = new("reason", "management_key");
    private static readonly KeyValuePair<string, object?> Role = new("reason", "management_role");
    private readonly Meter _meter;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _auditLost;

    public ManagementMeter(IMeterFactory meters)
    {
        _meter = meters.Create(TelemetryNames.Of("Management"));
        _refused = _meter.CreateCounter<long>("chat.auth.failure", "{attempt}", "Who was turned away at a door, by reason.");
        _auditLost = _meter.CreateCounter<long>("chat.audit.lost", "{row}", "Rows that could not be written to the audit log.");
    }

    public void KeyRefused() => _refused.Add(1, Key);

    /// <summary>A known caller whose role does not reach.</summary>
    public void RoleRefused() => _refused.Add(1, Role);

    public void AuditLost() => _auditLost.Add(1);

    public void Dispose() => _meter.Dispose();
}
