using System.Diagnostics;
using System.Text.Json;
using Chat.Contracts.Management;
using Chat.Server.Workers;
using Microsoft.Extensions.Options;

namespace Chat.Server.Management.Stacks;

/// <summary>
/// The runtime's own program for dumps, asked for its report alone: it names the methods on each thread and holds nothing of the process's memory.
/// It needs neither a diagnostics port in the process nor its help, so that it sees one that hangs.
/// </summary>
internal sealed class CreateDump(IOptions<WorkersOptions> options) : IStackReader
{
    private const string Report = "threads";
    private const int MostWords = 300;

    // A report of 20 threads has about 100 KB.
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly string Program = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location) ?? "", "createdump");

    public string? Hindrance => OperatingSystem.IsLinux() && File.Exists(Program) ? null : "The runtime's createdump is not here; stacks can be taken on Linux, where the runtime is installed as a whole.";

    public async Task<IReadOnlyList<StackView>> ReadAsync(int pid, CancellationToken cancellationToken)
    {
        // Relative for createdump, which would take a percent sign in a path for a placeholder.
        var folder = Path.GetFullPath(Path.Combine(options.Value.DataFolder, "stacks"));
        var file = Path.Combine(folder, $"{Report}.crashreport.json");
        try
        {
            Directory.CreateDirectory(folder);
            await RunAsync(folder, pid, cancellationToken);
            await using var report = File.OpenRead(file);
            return report.Length <= MostBytes
                ? await StackReport.ReadAsync(report, cancellationToken)
                : throw new StacksFailedException($"The report is too large ({report.Length} bytes).");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new StacksFailedException($"The report could not be read: {error.Message}");
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                File.Delete(file);
            }
        }
    }

    private static async Task RunAsync(string folder, int pid, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, ["--crashreportonly", "-f", Report, $"{pid}"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var words = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                var said = string.Concat(words).Trim();
                throw new StacksFailedException($"createdump ended with code {process.ExitCode}: {(said.Length > MostWords ? said[^MostWords..] : said)}");
            }
        }
        catch (OperationCanceledException)
        {
            // The process goes on as soon as nobody holds it any more.
            process.Kill();
            throw;
        }
    }
}
