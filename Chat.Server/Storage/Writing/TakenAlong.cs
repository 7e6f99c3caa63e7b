namespace Chat.Server.Storage.Writing;

/// <summary>Keeps the order of a call whose earlier part was refused to be tried again: the rest is refused with it.</summary>
internal static class TakenAlong
{
    /// <summary>Answers those and returns the others, in their order.</summary>
    public static IReadOnlyList<Append> TakeOut(IReadOnlyList<Append> appends, WriterMeter meter)
    {
        List<Append>? left = null;
        for (var i = 0; i < appends.Count; i++)
        {
            if (appends[i].After?.SentBack is { } refused)
            {
                left ??= [.. appends.Take(i)];
                meter.Refuse([appends[i]], refused);
            }
            else
            {
                left?.Add(appends[i]);
            }
        }

        return left ?? appends;
    }
}
