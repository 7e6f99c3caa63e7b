using System.Text.Json;

namespace Chat.Client.Sending;

/// <summary>What a record of the journal says: the method and its request, as JSON.</summary>
internal static class JournalPayload
{
    public static byte[] Write(OutboxItem item)
        => JsonSerializer.SerializeToUtf8Bytes(
            new Record(item.Method, JsonSerializer.SerializeToElement(item.Request, item.Request.GetType(), ClientJson.Options)), ClientJson.Options);

    /// <summary><c>null</c> for what this version does not know.</summary>
    public static OutboxItem? Read(byte[] payload)
    {
        try
        {
            return JsonSerializer.Deserialize<Record>(payload, ClientJson.Options) is { } record
                && OutboxItem.RequestType(record.Method) is { } type
                && record.Request.Deserialize(type, ClientJson.Options) is { } request
                    ? OutboxItem.Of(record.Method, request)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Record(string Method, JsonElement Request);
}
