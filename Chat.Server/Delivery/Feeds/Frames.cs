using System.Buffers;
using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Storage;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Server.Delivery.Feeds;

/// <summary>
/// Composes what goes to clients as bytes of SignalR's JSON protocol: made once, written to any number of connections. Bodies are
/// copied as they were stored, never parsed.
/// </summary>
internal static class Frames
{
    private const byte RecordSeparator = 0x1E;
    private static readonly JsonHubProtocol Json = new();
    private static readonly JsonWriterOptions Raw = new() { SkipValidation = true };
    private static readonly JsonEncodedText Conversation = JsonEncodedText.Encode("conversation");
    private static readonly JsonEncodedText Epoch = JsonEncodedText.Encode("epoch");
    private static readonly JsonEncodedText Seq = JsonEncodedText.Encode("seq");
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText Type = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText Sender = JsonEncodedText.Encode("sender");
    private static readonly JsonEncodedText At = JsonEncodedText.Encode("at");
    private static readonly JsonEncodedText Body = JsonEncodedText.Encode("body");
    private static readonly JsonEncodedText Ref = JsonEncodedText.Encode("ref");
    private static readonly JsonEncodedText ExpiresAt = JsonEncodedText.Encode("expiresAt");
    private static readonly JsonEncodedText Attempt = JsonEncodedText.Encode("attempt");

    private static long _blanked;

    /// <summary>Events that could not be written as they are.</summary>
    public static long Blanked => Interlocked.Read(ref _blanked);

    /// <param name="attempt">2 on a repeat within the connection.</param>
    public static SerializedHubMessage Events(ReadOnlySpan<LogEvent> events, int? attempt = null)
    {
        try
        {
            return Compose(events, attempt);
        }
        catch (Exception)
        {
            // One of them has a value that cannot be written. It goes out without its content, so that its neighbours arrive and seq
            // has no hole; it is counted.
            var mended = events.ToArray();
            for (var i = 0; i < mended.Length; i++)
            {
                mended[i] = IsWritable(mended[i]) ? mended[i] : Blank(mended[i]);
            }

            return Compose(mended, attempt);
        }
    }

    private static bool IsWritable(LogEvent e)
    {
        try
        {
            Compose([e], attempt: null);
            return true;
        }
        catch (Exception)
        {
            Interlocked.Increment(ref _blanked);
            return false;
        }
    }

    private static LogEvent Blank(LogEvent e) =>
        new() { Conversation = e.Conversation, Epoch = e.Epoch, Seq = e.Seq, Id = e.Id, Type = e.Type, Sender = e.Sender, At = 0 };

    private static SerializedHubMessage Compose(ReadOnlySpan<LogEvent> events, int? attempt)
    {
        var size = 64;
        foreach (var e in events)
        {
            size += 256 + e.Body.Length;
        }

        var buffer = new ArrayBufferWriter<byte>(size);
        using (var json = new Utf8JsonWriter(buffer, Raw))
        {
            json.WriteStartObject();
            json.WriteNumber("type"u8, 1);
            json.WriteString("target"u8, ChatHubContract.EventsMethod);
            json.WriteStartArray("arguments"u8);
            json.WriteStartArray();
            foreach (var e in events)
            {
                Write(json, e, attempt);
            }

            json.WriteEndArray();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Seal(buffer);
    }

    public static SerializedHubMessage Notice(Notice notice)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Raw))
        {
            json.WriteStartObject();
            json.WriteNumber("type"u8, 1);
            json.WriteString("target"u8, ChatHubContract.NoticeMethod);
            json.WriteStartArray("arguments"u8);
            JsonSerializer.Serialize(json, notice, ChatJson.Options);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Seal(buffer);
    }

    private static void Write(Utf8JsonWriter json, LogEvent e, int? attempt)
    {
        json.WriteStartObject();
        json.WriteString(Conversation, e.Conversation);
        if (e.Seq > 0)
        {
            json.WriteNumber(Epoch, e.Epoch);
            json.WriteNumber(Seq, e.Seq);
        }

        json.WriteString(Id, e.Id);
        json.WriteString(Type, e.Type);
        json.WriteString(Sender, e.Sender);
        json.WriteString(At, DateTimeOffset.FromUnixTimeMilliseconds(e.At).UtcDateTime);
        json.WritePropertyName(Body);
        if (e.Body.IsEmpty)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(e.Body.Span, skipInputValidation: true);
        }

        if (e.Ref is not null)
        {
            json.WriteString(Ref, e.Ref);
        }

        if (e.ExpiresAt is { } expires)
        {
            json.WriteString(ExpiresAt, DateTimeOffset.FromUnixTimeMilliseconds(expires).UtcDateTime);
        }

        if (attempt is { } n)
        {
            json.WriteNumber(Attempt, n);
        }

        json.WriteEndObject();
    }

    /// <summary>A frame as it goes over the wire, for another process to write.</summary>
    public static ReadOnlyMemory<byte> BytesOf(SerializedHubMessage frame) => frame.GetSerializedMessage(Json);

    /// <summary>A frame that another process composed.</summary>
    public static SerializedHubMessage OfBytes(ReadOnlyMemory<byte> bytes) => new([new SerializedMessage("json", bytes)]);

    private static SerializedHubMessage Seal(ArrayBufferWriter<byte> buffer)
    {
        buffer.GetSpan(1)[0] = RecordSeparator;
        buffer.Advance(1);
        return OfBytes(buffer.WrittenMemory);
    }
}
