namespace Chat.Server.Workers.Ports;

/// <summary>Tells the supervisor what an operator should see in the node's events: a fallback, a recovery, something given up.</summary>
internal interface IWorkerJournal
{
    void Report(string kind, string text);
}
