using Chat.Contracts.Management;
using Chat.Server.Health;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Views;

/// <summary>The API's words for states.</summary>
internal static class Words
{
    public static string Of(WorkerState state) => state switch
    {
        WorkerState.Starting => WorkerStates.Starting,
        WorkerState.Healthy => WorkerStates.Healthy,
        WorkerState.Draining => WorkerStates.Draining,
        WorkerState.Unresponsive => WorkerStates.Unresponsive,
        WorkerState.BackingOff => WorkerStates.BackingOff,
        WorkerState.Failed => WorkerStates.Failed,
        WorkerState.Stopped => WorkerStates.Stopped,
        _ => WorkerStates.Crashed,
    };

    public static string Of(HealthLevel level) => level switch
    {
        HealthLevel.Healthy => HealthStatuses.Healthy,
        HealthLevel.Degraded => HealthStatuses.Degraded,
        _ => HealthStatuses.Unhealthy,
    };

    public static string Of(ExitReason reason) => reason switch
    {
        ExitReason.Requested => "requested",
        ExitReason.Unrequested => "unrequested",
        ExitReason.OutOfMemory => "out-of-memory",
        ExitReason.Hung => "hung",
        ExitReason.RefusedToStart => "refused-to-start",
        _ => "crashed",
    };
}
