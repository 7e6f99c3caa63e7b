using System.Runtime.InteropServices;

namespace Chat.Server.Workers.Runtime;

/// <summary>
/// Where the kernel lets processes look into their own children only (kernel.yama.ptrace_scope = 1, as on Ubuntu), a worker allows it to its supervisor
/// and what that starts: stacks are taken by a sibling. Nobody else gains by it, and who is another user gains nothing anyway.
/// </summary>
internal static class LookingIn
{
    private const int SetPtracer = 0x59616d61;

    public static void AllowSupervisor()
    {
        if (OperatingSystem.IsLinux())
        {
            // A kernel without that rule refuses the call, and does not need it.
            _ = Prctl(SetPtracer, (nuint)GetParent(), 0, 0, 0);
        }
    }

    [DllImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static extern int Prctl(int option, nuint first, nuint second, nuint third, nuint fourth);

    [DllImport("libc", EntryPoint = "getppid")]
    private static extern int GetParent();
}
