using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Admin.Access;

/// <summary>
/// Users and sessions on disk. A file and not the chat's database: operators must be able to sign in on the night when the
/// database is what is broken, and the console never talks to it.
/// </summary>
internal sealed class UserFile(string folder)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    private readonly string _path = Path.Combine(folder, "users.json");

    public Content Load()
    {
        if (!File.Exists(_path))
        {
            return new([], []);
        }

        return JsonSerializer.Deserialize<Content>(File.ReadAllText(_path), Json) ?? new([], []);
    }

    /// <summary>Whole or not at all, and readable by its owner only.</summary>
    public void Save(Content content)
    {
        Directory.CreateDirectory(folder);
        var fresh = _path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(fresh, options))
        {
            JsonSerializer.Serialize(stream, content, Json);
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, _path, overwrite: true);
    }

    internal sealed record Content(IReadOnlyList<ConsoleUser> Users, IReadOnlyList<ConsoleSession> Sessions);
}
