namespace Chat.Server.Health;

/// <summary>What is owed to connected devices.</summary>
internal interface IQueueFacts
{
    /// <summary>Null while nothing is known.</summary>
    QueueFacts? Current { get; }
}

internal readonly record struct QueueFacts(long Depth, TimeSpan OldestAge);
