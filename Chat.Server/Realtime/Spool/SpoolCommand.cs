using System.Globalization;
using Microsoft.Extensions.Options;

namespace Chat.Server.Realtime.Spool;

/// <summary>
/// <c>spool [FILE]</c>: what lies in the spool of this node, without the messages' content. <c>spool requeue FILE</c>: gives what can be read of a file that
/// was set aside to whoever drains, a server that runs or the next one.
/// </summary>
internal static class SpoolCommand
{
    public const string Usage = "spool [FILE] | spool requeue FILE";

    /// <summary>Of a file whose readable part was queued again; what could not be read is still in it.</summary>
    public const string RequeuedSuffix = ".requeued";

    public static int Run(WebApplicationBuilder builder, IReadOnlyList<string> words)
    {
        builder.Services.AddRealtimeOptions(builder.Configuration);
        using var services = builder.Services.BuildServiceProvider();
        try
        {
            return Run(services.GetRequiredService<IOptions<RealtimeOptions>>().Value.SpoolFolder, words, Console.Out, Console.Error);
        }
        catch (OptionsValidationException e)
        {
            Console.Error.WriteLine(string.Join(Environment.NewLine, e.Failures));
            return 1;
        }
    }

    /// <param name="folder">A file that is named without a path is looked for there.</param>
    internal static int Run(string folder, IReadOnlyList<string> words, TextWriter output, TextWriter error)
    {
        try
        {
            switch (words)
            {
                case []:
                    List(folder, output);
                    return 0;
                case ["requeue", var file]:
                    return Requeue(Path.Combine(folder, file), output, error);
                case [var file]:
                    Show(Path.Combine(folder, file), output);
                    return 0;
                default:
                    error.WriteLine($"Usage: {Usage}");
                    return 2;
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"{words[^1]}: {e.Message}");
            return 1;
        }
    }

    private static void List(string folder, TextWriter output)
    {
        output.WriteLine(Path.GetFullPath(folder));
        string[] suffixes = [SpoolFolder.Suffix, SpoolFolder.UnreadableSuffix, RequeuedSuffix];
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder).Where(f => suffixes.Contains(Path.GetExtension(f))).Order(StringComparer.Ordinal).ToList() : [];
        foreach (var file in files)
        {
            output.WriteLine($"{Path.GetFileName(file)}: {Summary(file)}");
        }

        output.WriteLine($"{files.Count} files");
    }

    private static string Summary(string file)
    {
        try
        {
            var all = SpoolSalvage.Read(file);
            var damaged = all.Where(s => s is { Append: null, IsStored: false }).Sum(s => (long)s.Length);
            return $"{all.Count(IsWaiting)} sends wait, {all.Count(s => s.IsStored)} are stored, {damaged} bytes cannot be read";
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // Whoever drains may have it; the others are told of all the same.
            return e.Message;
        }
    }

    private static void Show(string path, TextWriter output)
    {
        foreach (var stretch in SpoolSalvage.Read(path))
        {
            var what = stretch.Append is { } a
                ? $"{DateTimeOffset.FromUnixTimeMilliseconds(a.AcceptedAt ?? 0).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)} {a.Kind} {a.Type} of {a.Sender} to {a.Conversation}, id {a.Id}, {a.Body.Length} bytes"
                : $"{stretch.Length} bytes that cannot be read";
            output.WriteLine($"at {stretch.At}{(stretch.IsStored ? ", stored" : "")}: {what}");
        }
    }

    private static int Requeue(string path, TextWriter output, TextWriter error)
    {
        if (Path.GetExtension(path) != SpoolFolder.UnreadableSuffix)
        {
            error.WriteLine($"Only what was set aside as *{SpoolFolder.UnreadableSuffix} is queued again; what is in other files is stored by itself.");
            return 2;
        }

        var all = SpoolSalvage.Read(path);
        var waiting = all.Where(IsWaiting).ToList();
        if (waiting.Count > 0)
        {
            var bytes = File.ReadAllBytes(path);

            // With their tickets, so they come first. Left by its owner as soon as that lets go of it; a server looks for such files every few seconds.
            using var again = SpoolFile.Create(Path.ChangeExtension(path, $".again{SpoolFolder.Suffix}"));
            again.Append(waiting.ConvertAll(s => (ReadOnlyMemory<byte>)bytes.AsMemory(s.At, s.Length)), static () => { });
            again.Publish();
        }

        File.Move(path, Path.ChangeExtension(path, RequeuedSuffix));
        output.WriteLine($"{waiting.Count} sends will be stored by the server, which runs or will. What cannot be read stays in {Path.GetFileName(Path.ChangeExtension(path, RequeuedSuffix))}:");
        foreach (var lost in all.Where(s => s is { Append: null, IsStored: false }))
        {
            output.WriteLine($"at {lost.At}: {lost.Length} bytes");
        }

        return 0;
    }

    private static bool IsWaiting(SpoolStretch stretch) => stretch is { Append: not null, IsStored: false };
}
