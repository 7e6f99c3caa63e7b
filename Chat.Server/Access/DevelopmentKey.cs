using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace Chat.Server.Access;

/// <summary>
/// The signing key of a developer who configured none: random, made once, kept beside the data so that tokens survive a
/// restart and every process of this machine takes them.
/// </summary>
internal static class DevelopmentKey
{
    public const string FileName = "development-signing-key";

    public static string LoadOrCreate(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (TryRead(path) is { } known)
        {
            return known;
        }

        Directory.CreateDirectory(folder);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
        var draft = $"{path}.{Guid.NewGuid():n}";
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(draft, create))
        {
            writer.Write(key);
        }

        try
        {
            // Complete or not there: of several processes that start at once the first to move wins, the others read its key.
            File.Move(draft, path, overwrite: false);
            return key;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
            return TryRead(path) ?? throw new InvalidOperationException($"{path} is empty; delete it.");
        }
    }

    /// <summary>Beside the SQLite file; <c>data</c> when the database is elsewhere.</summary>
    public static string FolderOf(string? connectionString)
    {
        const string fallback = "data";
        if (connectionString?.Contains("Data Source=", StringComparison.OrdinalIgnoreCase) is not true)
        {
            return Path.GetFullPath(fallback);
        }

        var file = new SqliteConnectionStringBuilder(connectionString).DataSource;
        return Path.GetDirectoryName(Path.GetFullPath(file)) ?? Path.GetFullPath(fallback);
    }

    private static string? TryRead(string path) =>
        File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } key ? key : null;
}
