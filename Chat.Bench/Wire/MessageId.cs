namespace Chat.Bench.Wire;

/// <summary>
/// Id of a load message: run, sender's number and the sender's count, eight hex digits each. Whoever receives the event
/// knows from it alone whose message it is and when it was meant to be sent.
/// </summary>
internal static class MessageId
{
    public const int Length = 24;
    public const int NumberLength = 8;

    public static void Write(Span<byte> space, uint run, uint connection, uint number)
    {
        WriteNumber(space, run);
        WriteNumber(space[NumberLength..], connection);
        WriteNumber(space[(2 * NumberLength)..], number);
    }

    public static void WriteNumber(Span<byte> space, uint number)
    {
        for (var i = NumberLength - 1; i >= 0; i--, number >>= 4)
        {
            space[i] = "0123456789abcdef"u8[(int)(number & 0xF)];
        }
    }

    /// <summary>False for an id of another run or of somebody else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> id, uint run, out uint connection, out uint number)
    {
        connection = number = 0;
        return id.Length == Length
            && TryReadNumber(id, out var itsRun) && itsRun == run
            && TryReadNumber(id[NumberLength..], out connection)
            && TryReadNumber(id[(2 * NumberLength)..], out number);
    }

    public static bool TryReadNumber(ReadOnlySpan<byte> digits, out uint number)
    {
        number = 0;
        if (digits.Length < NumberLength)
        {
            return false;
        }

        foreach (var digit in digits[..NumberLength])
        {
            var value = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                _ => -1,
            };
            if (value < 0)
            {
                return false;
            }

            number = (number << 4) | (uint)value;
        }

        return true;
    }
}
