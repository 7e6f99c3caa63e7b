namespace Chat.Server.Health;

/// <summary>What real traffic learns about a dependency: it fails sooner and more often than a probe looks.</summary>
internal interface IHealthEvidence
{
    /// <param name="name">The check's name, such as <c>database</c>.</param>
    /// <param name="succeeded">False only for failures of the connection's kind (refused, lost, timed out), not of the statement's.</param>
    /// <param name="conclusive">The reporter has seen enough by itself (a breaker that opened): one report counts as down.</param>
    void Report(string name, bool succeeded, bool conclusive = false);
}
