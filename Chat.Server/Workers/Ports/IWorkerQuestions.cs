using System.Text.Json;

namespace Chat.Server.Workers.Ports;

/// <summary>Asks a worker for something only it knows, or to do something only it can (its connections, closing one of them).</summary>
internal interface IWorkerQuestions
{
    Task<WorkerAnswer> AskAsync(string workerId, string name, JsonElement body, CancellationToken cancellationToken);
}

/// <summary>The worker's side: one for each name, registered as a service.</summary>
internal interface IWorkerAnswerer
{
    string Name { get; }

    Task<JsonElement> AnswerAsync(JsonElement body, CancellationToken cancellationToken);
}

/// <summary>Either a body or the reason why there is none.</summary>
internal sealed record WorkerAnswer(JsonElement? Body, string? Problem)
{
    public static WorkerAnswer Failed(string problem) => new(null, problem);
}
