using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Chat.Bench.Machine;

/// <summary>
/// Makes another .NET process collect its garbage, over the diagnostics socket that every .NET process listens on: a
/// trace session with the GCHeapCollect keyword begins with a full, blocking collection.
/// </summary>
internal static class InducedCollection
{
    private const ulong GcHeapCollectKeyword = 0x800000;
    private const uint Informational = 4;
    private const byte EventPipeCommands = 2;
    private const byte StopTracing = 1;
    private const byte CollectTracing = 2;
    private const int HeaderLength = 20;
    private static readonly TimeSpan Collecting = TimeSpan.FromSeconds(2);

    /// <summary>False when the process has no such socket, as on Windows.</summary>
    public static async Task<bool> RequestAsync(int pid, CancellationToken cancellationToken)
    {
        var path = Directory.EnumerateFiles(Path.GetTempPath(), $"dotnet-diagnostic-{pid}-*-socket").FirstOrDefault();
        if (path is null)
        {
            return false;
        }

        using var session = await SendAsync(path, CollectTracing, CollectRequest(), cancellationToken);
        var answer = new byte[HeaderLength + sizeof(ulong)];
        await session.ReceiveAsync(answer, SocketFlags.None, cancellationToken);
        var sessionId = answer.AsMemory(HeaderLength);

        // The stream must be read, or the process would wait for room in the buffer; nothing in it is of interest.
        var reading = DiscardAsync(session, cancellationToken);
        await Task.Delay(Collecting, TimeProvider.System, cancellationToken);
        using var stop = await SendAsync(path, StopTracing, sessionId.ToArray(), cancellationToken);
        await reading;
        return true;
    }

    private static async Task<Socket> SendAsync(string path, byte command, byte[] payload, CancellationToken cancellationToken)
    {
        var message = new byte[HeaderLength + payload.Length];
        "DOTNET_IPC_V1\0"u8.CopyTo(message);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), (ushort)message.Length);
        message[16] = EventPipeCommands;
        message[17] = command;
        payload.CopyTo(message.AsSpan(HeaderLength));

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        await socket.SendAsync(message, SocketFlags.None, cancellationToken);
        return socket;
    }

    private static byte[] CollectRequest()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(1u);   // buffer, MB
        writer.Write(1u);   // format: nettrace
        writer.Write(1u);   // one provider
        writer.Write(GcHeapCollectKeyword);
        writer.Write(Informational);
        WriteText(writer, "Microsoft-Windows-DotNETRuntime");
        WriteText(writer, "");
        return bytes.ToArray();
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        writer.Write((uint)text.Length + 1);
        writer.Write(Encoding.Unicode.GetBytes(text + '\0'));
    }

    private static async Task DiscardAsync(Socket session, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await session.ReceiveAsync(buffer, SocketFlags.None, cancellationToken) > 0)
        {
        }
    }
}
