using System.Text.Json;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Runtime;

/// <summary>Finds who answers a question within this process.</summary>
internal sealed partial class Answers(IEnumerable<IWorkerAnswerer> answerers, ILogger<Answers> logger)
{
    private readonly Dictionary<string, IWorkerAnswerer> _byName = answerers.ToDictionary(a => a.Name, StringComparer.Ordinal);

    public async Task<WorkerAnswer> AnswerAsync(string name, JsonElement body, CancellationToken cancellationToken)
    {
        if (!_byName.TryGetValue(name, out var answerer))
        {
            return WorkerAnswer.Failed($"Nobody answers \"{name}\".");
        }

        try
        {
            return new(await answerer.AnswerAsync(body, cancellationToken), null);
        }
        catch (Exception error)
        {
            // The asker gets a sentence and the log the rest: exception texts may hold what is not the asker's to see.
            Log.Failed(logger, name, error);
            return WorkerAnswer.Failed($"\"{name}\" failed; the worker's log tells why.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3030, LogLevel.Warning, "Answering {Name} failed.")]
        public static partial void Failed(ILogger logger, string name, Exception error);
    }
}
