namespace Chat.Server.Management.Asking;

/// <summary>There is nothing to ask for in particular.</summary>
internal sealed record HealthCallersQuestion;
