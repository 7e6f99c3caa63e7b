using System.Text;

namespace Chat.Server.Telemetry.Metrics;

/// <summary>
/// A snapshot as bytes for the heartbeat: strings are written once and referred to by number, so a second's worth
/// of a busy worker is a few kilobytes. What is read back is checked: a broken heartbeat is refused, not trusted.
/// </summary>
internal static class SnapshotCodec
{
    private const byte Version = 1;
    private const int MostFamilies = 10_000;
    private const int MostSeries = 100_000;
    private const int MostBuckets = 200;
    private const int MostLabels = 64;

    public static byte[] Encode(MetricsSnapshot snapshot)
    {
        using var stream = new MemoryStream(16 * 1024);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        var strings = new Dictionary<string, int>(StringComparer.Ordinal);
        writer.Write(Version);
        WriteText(writer, strings, snapshot.Source);
        writer.Write(snapshot.StartedAt);
        writer.Write7BitEncodedInt(snapshot.Families.Count);
        foreach (var family in snapshot.Families)
        {
            WriteFamily(writer, strings, family);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not a snapshot of this version.</exception>
    public static MetricsSnapshot Decode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes.ToArray(), writable: false), Encoding.UTF8);
            if (reader.ReadByte() != Version)
            {
                throw new InvalidDataException("unknown version of a metrics snapshot");
            }

            var strings = new List<string>();
            var source = ReadText(reader, strings);
            var startedAt = reader.ReadInt64();
            var families = new MetricFamily[Length(reader, MostFamilies)];
            for (var i = 0; i < families.Length; i++)
            {
                families[i] = ReadFamily(reader, strings);
            }

            return new MetricsSnapshot(source, startedAt, families);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException or IOException)
        {
            throw new InvalidDataException("a metrics snapshot is cut off or garbled", e);
        }
    }

    private static void WriteFamily(BinaryWriter writer, Dictionary<string, int> strings, MetricFamily family)
    {
        WriteText(writer, strings, family.Name);
        WriteText(writer, strings, family.Unit);
        WriteText(writer, strings, family.Help);
        writer.Write((byte)family.Kind);
        writer.Write7BitEncodedInt(family.Bounds.Count);
        foreach (var bound in family.Bounds)
        {
            writer.Write(bound);
        }

        writer.Write7BitEncodedInt(family.Series.Count);
        foreach (var series in family.Series)
        {
            writer.Write7BitEncodedInt(series.Labels.Pairs.Count);
            foreach (var (name, value) in series.Labels.Pairs)
            {
                WriteText(writer, strings, name);
                WriteText(writer, strings, value);
            }

            writer.Write(series.Value);
            writer.Write7BitEncodedInt(series.Buckets?.Length ?? 0);
            foreach (var count in series.Buckets ?? [])
            {
                writer.Write7BitEncodedInt64(count);
            }
        }
    }

    private static MetricFamily ReadFamily(BinaryReader reader, List<string> strings)
    {
        var name = ReadText(reader, strings);
        var unit = ReadText(reader, strings);
        var help = ReadText(reader, strings);
        var kind = (MetricKind)reader.ReadByte();
        var bounds = new double[Length(reader, MostBuckets)];
        for (var i = 0; i < bounds.Length; i++)
        {
            bounds[i] = reader.ReadDouble();
        }

        var series = new MetricSeries[Length(reader, MostSeries)];
        for (var i = 0; i < series.Length; i++)
        {
            series[i] = ReadSeries(reader, strings, kind == MetricKind.Histogram ? bounds.Length + 1 : 0);
        }

        return Enum.IsDefined(kind)
            ? new MetricFamily(name, unit, help, kind, bounds, series)
            : throw new InvalidDataException("unknown kind of metric");
    }

    private static MetricSeries ReadSeries(BinaryReader reader, List<string> strings, int buckets)
    {
        var labels = new KeyValuePair<string, string>[Length(reader, MostLabels)];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = new(ReadText(reader, strings), ReadText(reader, strings));
        }

        var value = reader.ReadDouble();
        if (Length(reader, MostBuckets) != buckets)
        {
            throw new InvalidDataException("a histogram's buckets do not match its bounds");
        }

        var counts = buckets == 0 ? null : new long[buckets];
        for (var i = 0; i < buckets; i++)
        {
            counts![i] = reader.Read7BitEncodedInt64();
        }

        return new MetricSeries(LabelSet.Of(labels), value, counts);
    }

    private static int Length(BinaryReader reader, int most)
    {
        var length = reader.Read7BitEncodedInt();
        return length >= 0 && length <= most ? length : throw new InvalidDataException("a count in a metrics snapshot is out of range");
    }

    private static void WriteText(BinaryWriter writer, Dictionary<string, int> strings, string text)
    {
        if (strings.TryGetValue(text, out var index))
        {
            writer.Write7BitEncodedInt(index);
            return;
        }

        // 0 says that a new string follows; it gets the next number.
        strings.Add(text, strings.Count + 1);
        writer.Write7BitEncodedInt(0);
        writer.Write(text);
    }

    private static string ReadText(BinaryReader reader, List<string> strings)
    {
        var index = reader.Read7BitEncodedInt();
        if (index == 0)
        {
            strings.Add(reader.ReadString());
            return strings[^1];
        }

        return index > 0 && index <= strings.Count
            ? strings[index - 1]
            : throw new InvalidDataException("a metrics snapshot refers to a string that it does not have");
    }
}
