using System.Buffers.Binary;
using System.Text;

namespace Chat.Tests.Telemetry.Otlp;

/// <summary>One protobuf message, read field by field without its description: enough to look for what one knows is there.</summary>
internal sealed class WireMessage
{
    private const int Varint = 0;
    private const int EightBytes = 1;
    private const int Counted = 2;
    private const int FourBytes = 5;

    private readonly List<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> _fields = [];

    public WireMessage(ReadOnlyMemory<byte> message)
    {
        var rest = message;
        while (!rest.IsEmpty)
        {
            var key = TakeVarint(ref rest);
            var number = (int)(key >> 3);
            switch ((int)(key & 7))
            {
                case Varint:
                    _fields.Add((number, TakeVarint(ref rest), default));
                    break;
                case EightBytes:
                    _fields.Add((number, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref rest, 8).Span), default));
                    break;
                case Counted:
                    _fields.Add((number, 0, Take(ref rest, (int)TakeVarint(ref rest))));
                    break;
                case FourBytes:
                    _fields.Add((number, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rest, 4).Span), default));
                    break;
                default:
                    throw new InvalidDataException($"Field {number} has an unknown form.");
            }
        }
    }

    public bool Has(int number) => _fields.Exists(f => f.Number == number);

    public IEnumerable<WireMessage> All(int number) => _fields.Where(f => f.Number == number).Select(f => new WireMessage(f.Bytes));

    public WireMessage? One(int number) => All(number).FirstOrDefault();

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number));

    public string Hex(int number) => Convert.ToHexStringLower(Bytes(number));

    public long Whole(int number) => (long)Value(number);

    public double Real(int number) => BitConverter.UInt64BitsToDouble(Value(number));

    private ulong Value(int number) => _fields.Find(f => f.Number == number).Value;

    private ReadOnlySpan<byte> Bytes(int number) => _fields.Find(f => f.Number == number).Bytes.Span;

    private static ulong TakeVarint(ref ReadOnlyMemory<byte> rest)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = Take(ref rest, 1).Span[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> rest, int count)
    {
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
