using Chat.Contracts.Management;

namespace Chat.Server.Management.Stacks;

/// <summary>Looks at the threads of a process of this node.</summary>
internal interface IStackReader
{
    /// <summary>Why that cannot be done here; null when it can.</summary>
    string? Hindrance { get; }

    /// <exception cref="StacksFailedException">The process could not be looked at.</exception>
    Task<IReadOnlyList<StackView>> ReadAsync(int pid, CancellationToken cancellationToken);
}

/// <summary>The message is for the operator.</summary>
internal sealed class StacksFailedException(string message) : Exception(message);
