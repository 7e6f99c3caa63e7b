using System.Net;
using System.Security.Cryptography;
using System.Text;
using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Telemetry;
using Chat.Server.Workers;
using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Options;

namespace Chat.Server.Management.Callers;

/// <summary>Knows callers by their keys. Where no key is configured, this machine's own callers are admins.</summary>
internal sealed class CallerBook
{
    private const int LongestActor = 100;
    private static readonly Refusal NoKey = new(ManagementCodes.Unauthenticated, "A key of Management:Keys is needed, as Authorization: Bearer.");
    private static readonly Refusal NotFromAPage = new(ManagementCodes.Unauthenticated, "Without a key this is for programs of this machine, not for pages of other origins.");

    private readonly (byte[] Hash, ManagementKey Key, ManagementRole Role)[] _keys;
    private readonly bool _open;

    public CallerBook(IOptions<ManagementOptions> options, ProcessPlan plan, ConsoleCredential? console = null)
    {
        var keys = options.Value.Keys.ToList();
        _open = keys.Count == 0 && ListenUrls.EndPoints(plan.Management) is { Count: > 0 } ends && ends.All(e => IPAddress.IsLoopback(e.Address));
        if (console is not null)
        {
            keys.Add(new ManagementKey { Name = "console", Role = ManagementRoles.Admin, Key = console.Value, Delegates = true });
        }

        _keys = [.. keys.Select(k => (Hash(k.Key), k, RoleNames.Parse(k.Role)!.Value))];
    }

    public Reply<Caller> Identify(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (Bearer(context) is { } given)
        {
            return Find(given) is { } known ? Delegated(context, known.Key, known.Role, MaskedAddress.Of(address)) : NoKey;
        }

        if (!_open || !ThisMachine.Sent(context))
        {
            return NoKey;
        }

        return ThisMachine.IsPageOfElsewhere(context) ? NotFromAPage : new Caller("local", ManagementRole.Admin, "loopback", null, MaskedAddress.Of(address), Delegates: false);
    }

    private static Reply<Caller> Delegated(HttpContext context, ManagementKey key, ManagementRole role, string address)
    {
        if (!key.Delegates || context.Request.Headers[ManagementHeaders.Actor].ToString() is not { Length: > 0 } encoded)
        {
            return new Caller(key.Name, role, "key", null, address, key.Delegates);
        }

        var actor = Uri.UnescapeDataString(encoded);
        if (actor.Length > LongestActor || actor.Any(char.IsControl) || RoleNames.Parse(context.Request.Headers[ManagementHeaders.Role].ToString()) is not { } claimed)
        {
            return new Refusal(ManagementCodes.Invalid, $"{ManagementHeaders.Actor} is a name of up to {LongestActor} characters and comes with {ManagementHeaders.Role}.");
        }

        var shown = MaskedAddress.Of(context.Request.Headers[ManagementHeaders.Address].ToString());
        return new Caller(actor, claimed < role ? claimed : role, "key", key.Name, shown.Length > 0 ? shown : address, Delegates: true);
    }

    private (ManagementKey Key, ManagementRole Role)? Find(string given)
    {
        var hash = Hash(given);
        (ManagementKey, ManagementRole)? found = null;

        // All are compared, so that the time does not tell which one was nearly right.
        foreach (var (known, key, role) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(known, hash))
            {
                found = (key, role);
            }
        }

        return found;
    }

    private static string? Bearer(HttpContext context)
    {
        const string scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header[scheme.Length..].Trim() : header.Length > 0 ? header : null;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
