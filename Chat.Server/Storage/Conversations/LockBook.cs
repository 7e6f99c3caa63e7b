using System.Collections.Immutable;

namespace Chat.Server.Storage.Conversations;

/// <summary>
/// Realtime conversations that operators have locked, as far as this process has heard: for sends that storage cannot be asked about. Whatever
/// goes to the writer is judged by the row itself.
/// </summary>
internal sealed class LockBook
{
    private ImmutableHashSet<string> _locked = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    public bool Contains(string conversation) => Volatile.Read(ref _locked).Contains(conversation);

    /// <summary>One was locked, or opened again.</summary>
    public void Note(string conversation, bool locked) => ImmutableInterlocked.Update(
        ref _locked, static (all, one) => one.locked ? all.Add(one.conversation) : all.Remove(one.conversation), (conversation, locked));

    /// <summary>These are all.</summary>
    public void Replace(IEnumerable<string> conversations) =>
        Volatile.Write(ref _locked, ImmutableHashSet.CreateRange(StringComparer.Ordinal, conversations));
}
