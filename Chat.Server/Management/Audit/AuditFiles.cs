using System.Globalization;
using System.Text;
using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Server.Management.Audit;

/// <summary>The files of the audit log: <c>audit-000001.jsonl</c> and on, one row a line.</summary>
internal sealed class AuditFiles(string folder)
{
    private const int Chunk = 64 * 1024;

    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>Where the log ended last; the end of a log cannot vouch for itself.</summary>
    public string HeadPath => Path.Combine(Folder, "audit.head");

    public string PathOf(int number) => Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"audit-{number:D6}.jsonl"));

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<int> Numbers() => !Directory.Exists(Folder)
        ? []
        : [.. Directory.EnumerateFiles(Folder, "audit-*.jsonl")
            .Select(f => int.TryParse(Path.GetFileNameWithoutExtension(f).AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)
            .Where(n => n > 0)
            .Order()];

    /// <summary>All rows, oldest first; a line that is no row comes as null.</summary>
    public IEnumerable<AuditEntry?> Rows() => Numbers().SelectMany(n => ReadShared(PathOf(n))).Select(Parse);

    /// <summary>All rows, newest first.</summary>
    public IEnumerable<AuditEntry?> RowsBackwards() => Numbers().Reverse().SelectMany(n => LinesBackwards(PathOf(n))).Select(Parse);

    public static AuditEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<AuditEntry>(line, ChatJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<string> ReadShared(string path)
    {
        using var reader = new StreamReader(Open(path), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static IEnumerable<string> LinesBackwards(string path)
    {
        using var file = Open(path);
        var rest = Array.Empty<byte>();
        for (var end = file.Length; end > 0;)
        {
            var start = Math.Max(0, end - Chunk);
            var bytes = new byte[end - start + rest.Length];
            file.Position = start;
            file.ReadExactly(bytes, 0, (int)(end - start));
            rest.CopyTo(bytes, end - start);
            end = start;
            var lines = Encoding.UTF8.GetString(bytes, FirstWhole(bytes, start), bytes.Length - FirstWhole(bytes, start)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            rest = bytes[..FirstWhole(bytes, start)];
            foreach (var line in lines.Reverse())
            {
                yield return line;
            }
        }
    }

    /// <summary>Where the first line begins that is not cut by the chunk.</summary>
    private static int FirstWhole(byte[] bytes, long start) => start == 0 ? 0 : Array.IndexOf(bytes, (byte)'\n') is var n and >= 0 ? n + 1 : bytes.Length;

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
}
