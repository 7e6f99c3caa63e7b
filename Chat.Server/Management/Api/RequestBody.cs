using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Server.Management.Api;

/// <summary>Reads the JSON object of a POST.</summary>
internal static class RequestBody
{
    private const int Most = 64 * 1024;

    public static async Task<Reply<T>> ReadAsync<T>(HttpContext context, CancellationToken cancellationToken)
        where T : class
    {
        // A browser sends this type to another origin only after it was allowed to, and it never is.
        if (!context.Request.HasJsonContentType())
        {
            return Refusal.Invalid("The body is a JSON object with Content-Type: application/json; {} when there is nothing to say.");
        }

        var bytes = new byte[Most + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > Most)
        {
            return new Refusal(ManagementCodes.TooLarge, "The body is larger than 64 KB.");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(bytes.AsSpan(0, length), ChatJson.Options) is { } body ? body : Refusal.Invalid("The body is null.");
        }
        catch (JsonException)
        {
            return Refusal.Invalid("The body is no JSON object of the shape that is described.");
        }
    }

    /// <summary>A reason of 1 to 500 characters; null with a refusal otherwise.</summary>
    public static Refusal? NeedReason(ManagementCall call, string? reason)
    {
        if (CheckReason(call, reason) is { } wrong)
        {
            return wrong;
        }

        return call.Reason is null ? Refusal.Invalid("reason is required.") : null;
    }

    /// <summary>Takes a reason that need not be given.</summary>
    public static Refusal? CheckReason(ManagementCall call, string? reason)
    {
        const int longest = 500;
        if (string.IsNullOrWhiteSpace(reason))
        {
            return null;
        }

        if (reason.Length > longest || reason.Any(char.IsControl))
        {
            return Refusal.Invalid($"reason is up to {longest} printable characters.");
        }

        call.Reason = reason;
        return null;
    }
}
