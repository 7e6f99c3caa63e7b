using System.Diagnostics;

namespace Chat.Tests.Telemetry;

/// <summary>Prometheus' own linter of a metrics page (Debian package prometheus).</summary>
internal static class Promtool
{
    public static async Task<(int Code, string Output)> CheckAsync(string page)
    {
        using var process = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        await process.StandardInput.WriteAsync(page);
        process.StandardInput.Close();
        var output = await process.StandardError.ReadToEndAsync() + await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
