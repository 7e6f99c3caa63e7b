using Xunit.Abstractions;

namespace Chat.Tests.Support;

/// <summary>
/// Begins with the collections that several classes share: their classes run one after the other, and the longest chain should not be what everything
/// else waits for in the end. The rest in the order that xUnit gives them, which tells nothing.
/// </summary>
public sealed class SharedFirst : ITestCollectionOrderer
{
    public const string TypeName = "Chat.Tests.Support.SharedFirst";

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(c => c.CollectionDefinition is null ? 1 : 0).ThenBy(c => c.UniqueID);
}
