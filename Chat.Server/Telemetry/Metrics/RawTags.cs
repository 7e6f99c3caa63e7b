namespace Chat.Server.Telemetry.Metrics;

/// <summary>
/// The tags exactly as they were given, so that the hot path finds its series by comparing the caller's span
/// without making a string or an array.
/// </summary>
internal sealed class RawTags(KeyValuePair<string, object?>[] tags)
{
    private readonly KeyValuePair<string, object?>[] _tags = tags;

    private static int Hash(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = new HashCode();
        foreach (var (name, value) in tags)
        {
            hash.Add(name);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    private static bool Same(ReadOnlySpan<KeyValuePair<string, object?>> left, ReadOnlySpan<KeyValuePair<string, object?>> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (var i = 0; i < left.Length; i++)
        {
            if (!string.Equals(left[i].Key, right[i].Key, StringComparison.Ordinal) || !Equals(left[i].Value, right[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    internal sealed class Comparer
        : IEqualityComparer<RawTags>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, RawTags>
    {
        public bool Equals(RawTags? x, RawTags? y) => x is not null && y is not null && Same(x._tags, y._tags);

        public int GetHashCode(RawTags obj) => Hash(obj._tags);

        public RawTags Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, RawTags other) => Same(alternate, other._tags);

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => Hash(alternate);
    }
}
