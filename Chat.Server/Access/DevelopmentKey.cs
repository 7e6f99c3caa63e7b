using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Chat.Server.Access;

/// <summary>
/// The signing key of a developer who configured none: random, made once, kept beside the data so that tokens survive a
/// restart and every process of this machine takes them.
/// </summary>
internal static class DevelopmentKey
{
    public const string FileName = "development-signing-key";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="IOException">The file can be neither read nor made.</exception>
    public static string LoadOrCreate(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        var since = TimeProvider.System.GetTimestamp();
        var spin = new SpinWait();
        while (true)
        {
            try
            {
                // The file is its own lock: of several processes that start at once one makes the key, the others find it.
                return TryRead(path) ?? Make(path);
            }
            catch (IOException) when (File.Exists(path) && TimeProvider.System.GetElapsedTime(since) < Patience)
            {
                // Another process has it open, for the moment that writing a line takes; a lock on a file cannot be awaited, only tried.
                spin.SpinOnce();
            }
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

    private static string Make(string path)
    {
        var create = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, create);
        using var reader = new StreamReader(file);
        if (reader.ReadToEnd().Trim() is { Length: > 0 } known)
        {
            return known;
        }

        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
        file.Write(Encoding.ASCII.GetBytes(key));
        return key;
    }
}
