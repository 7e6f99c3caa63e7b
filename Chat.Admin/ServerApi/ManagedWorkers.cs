using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>Which processes can be restarted from here: the supervisor's workers, neither its companions nor a node that is one process.</summary>
internal static class ManagedWorkers
{
    public static bool Manages(this WorkersAnswer answer, string id) => answer.Supervised && answer.Workers.Any(w => w.Id == id);
}
