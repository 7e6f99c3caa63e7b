using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Messaging;

/// <summary>
/// 16 bytes that tell whether two appends with the same id ask for the same. Every part is preceded by its length, so that
/// no two different contents run together to the same bytes.
/// </summary>
internal static class ContentHash
{
    public const int Size = 16;

    private const int StackLimit = 1024;

    public static byte[] Of(
        AppendKind kind, string conversation, string type, ReadOnlySpan<byte> body, string? reference = null, double? expiresIn = null)
    {
        var most = 1 + (4 * sizeof(int)) + sizeof(double) + body.Length
            + Encoding.UTF8.GetMaxByteCount(conversation.Length) + Encoding.UTF8.GetMaxByteCount(type.Length)
            + Encoding.UTF8.GetMaxByteCount(reference?.Length ?? 0);
        byte[]? rented = null;
        var buffer = most <= StackLimit ? stackalloc byte[StackLimit] : rented = ArrayPool<byte>.Shared.Rent(most);
        buffer[0] = (byte)kind;
        var end = 1;
        Add(buffer, ref end, conversation);
        Add(buffer, ref end, type);
        Add(buffer, ref end, reference);
        BinaryPrimitives.WriteDoubleLittleEndian(buffer[end..], expiresIn ?? -1);
        end += sizeof(double);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[end..], body.Length);
        end += sizeof(int);
        body.CopyTo(buffer[end..]);
        end += body.Length;

        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer[..end], whole);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return whole[..Size].ToArray();
    }

    private static void Add(Span<byte> buffer, ref int end, string? text)
    {
        // None is not the same as empty.
        var written = text is null ? -1 : Encoding.UTF8.GetBytes(text, buffer[(end + sizeof(int))..]);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[end..], written);
        end += sizeof(int) + Math.Max(written, 0);
    }
}
