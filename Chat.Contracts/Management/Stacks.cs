namespace Chat.Contracts.Management;

/// <summary>What the threads of a process were doing when they were last looked at: names of methods, and nothing of the process's memory.</summary>
public sealed record StacksAnswer
{
    /// <summary>They are being read now.</summary>
    public bool Running { get; init; }

    /// <summary>When the latest were read; null: never, or not since the node started.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Of which process.</summary>
    public int? Pid { get; init; }

    /// <summary>How long that took; the process stood still for less than this.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>Why there are none.</summary>
    public string? Problem { get; init; }

    /// <summary>How many threads there were.</summary>
    public int Threads { get; init; }

    /// <summary>The most frequent first.</summary>
    public IReadOnlyList<StackView> Stacks { get; init; } = [];
}

/// <summary>One stack.</summary>
/// <param name="Threads">How many threads have it.</param>
/// <param name="IsManaged">Some of it is .NET code.</param>
/// <param name="Frames">The innermost first; of native code only what has a name.</param>
public sealed record StackView(int Threads, bool IsManaged, IReadOnlyList<string> Frames);
