namespace Chat.Server.Storage.Writing;

/// <summary>
/// Answers what a batch stored, beside the writer, in as many runs as there are processors: a work item for each append would
/// cost more than its answer. A conversation's answers follow one another, so that what goes to one connection leaves together.
/// </summary>
internal sealed class AnswerRun : IThreadPoolWorkItem
{
    private static readonly Comparison<(Append Append, LogEvent Event)> ByConversation = (a, b) =>
        string.CompareOrdinal(a.Event.Conversation, b.Event.Conversation) is var order and not 0 ? order : a.Event.Seq.CompareTo(b.Event.Seq);

    private readonly List<(Append Append, LogEvent Event)> _rows = [];

    private AnswerRun()
    {
    }

    public static void Start(IReadOnlyList<(Append Append, LogEvent Event)> rows)
    {
        var runs = new AnswerRun?[Environment.ProcessorCount];
        foreach (var row in rows)
        {
            var place = (uint)string.GetHashCode(row.Event.Conversation, StringComparison.Ordinal) % (uint)runs.Length;
            (runs[place] ??= new AnswerRun())._rows.Add(row);
        }

        foreach (var run in runs)
        {
            if (run is not null)
            {
                ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
            }
        }
    }

    public void Execute()
    {
        _rows.Sort(ByConversation);
        foreach (var (append, e) in _rows)
        {
            append.Complete(new AppendStored(e.Seq, e.Epoch, e.At, Duplicate: false));
        }
    }
}
