using System.Text.Json;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Listening;

/// <summary>
/// One server for one data folder. The lock is the kernel's, so that it ends with its owner however that dies; the note beside it
/// (the lock itself cannot be read while it is held) says who the owner is and, when it is still there without a lock, that he was killed.
/// </summary>
internal sealed class NodeLock : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _note;

    private NodeLock(FileStream held, string note, bool predecessorWasKilled)
    {
        _lock = held;
        _note = note;
        PredecessorWasKilled = predecessorWasKilled;
    }

    /// <summary>Its workers may need a moment to notice and to leave the ports.</summary>
    public bool PredecessorWasKilled { get; }

    public static NodeLock Take(string folder)
    {
        var full = Path.GetFullPath(folder);
        var note = Path.Combine(full, "server.json");
        try
        {
            Directory.CreateDirectory(full);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(ExitCodes.Configuration, $"The data folder {full} cannot be made: {error.Message}");
        }

        try
        {
            var held = new FileStream(Path.Combine(full, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new(held, note, File.Exists(note));
        }
        catch (UnauthorizedAccessException)
        {
            throw new StartRefusedException(ExitCodes.Configuration, $"The data folder {full} cannot be written by this user.");
        }
        catch (IOException)
        {
            throw new StartRefusedException(ExitCodes.Unavailable, $"Another server{Owner(note)} uses the data folder {full}. Stop it, or set Workers:DataFolder.");
        }
    }

    public void WriteNote(NodeNote note) => File.WriteAllText(_note, JsonSerializer.Serialize(note, JsonSerializerOptions.Web));

    public void Dispose()
    {
        // Before the lock goes: the next owner must not find the note of one who left in order.
        File.Delete(_note);
        _lock.Dispose();
    }

    private static string Owner(string note)
    {
        try
        {
            return JsonSerializer.Deserialize<NodeNote>(File.ReadAllText(note), JsonSerializerOptions.Web) is { } owner ? $" (pid {owner.Pid})" : "";
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            // Only the nicer half of the message is lost.
            return "";
        }
    }
}

/// <summary>Where a running server is to be found, for people and scripts.</summary>
internal sealed record NodeNote(int Pid, IReadOnlyList<string> Public, string Management, DateTimeOffset StartedAt);
