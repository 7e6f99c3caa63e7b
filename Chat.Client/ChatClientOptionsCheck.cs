namespace Chat.Client;

/// <summary>Refuses options that cannot work; the message names the option and the fix.</summary>
internal static class ChatClientOptionsCheck
{
    public static void Check(ChatClientOptions options, bool needsUrl)
    {
        if (needsUrl)
        {
            Require(options.Url is { IsAbsoluteUri: true, Scheme: "http" or "https" or "ws" or "wss" },
                nameof(options.Url), "must be an absolute http, https, ws or wss address, for example https://chat.example.com");
        }

        Require(options.Device is { Length: > 0 and <= 128 }, nameof(options.Device), "must have 1 to 128 characters");
        Require(options.OutboxCapacity > 0, nameof(options.OutboxCapacity), "must be at least 1");
        Require(options.MaxInFlight is > 0 and <= 64, nameof(options.MaxInFlight), "must be between 1 and 64");
        Require(options.MaxBatch > 0, nameof(options.MaxBatch), "must be at least 1");
        Require(options.MaxBodyBytes > 0, nameof(options.MaxBodyBytes), "must be at least 1");
        Require(options.InboxCapacity > 0, nameof(options.InboxCapacity), "must be at least 1");
        Require(options.HandlerRetries is >= 0 and <= 100, nameof(options.HandlerRetries), "must be between 0 and 100");
        Require(options.HandlerRetryDelay >= TimeSpan.Zero, nameof(options.HandlerRetryDelay), "must not be negative");
        Require(options.AckBatch > 0, nameof(options.AckBatch), "must be at least 1");
        Require(options.AckDelay > TimeSpan.Zero, nameof(options.AckDelay), "must be positive");
        Require(options.BackOffBase > TimeSpan.Zero, nameof(options.BackOffBase), "must be positive");
        Require(options.BackOffCap >= options.BackOffBase, nameof(options.BackOffCap), $"must not be less than {nameof(options.BackOffBase)}");
        Require(options.UnauthenticatedDelay > TimeSpan.Zero, nameof(options.UnauthenticatedDelay), "must be positive");
        Require(options.ConnectTimeout > TimeSpan.Zero, nameof(options.ConnectTimeout), "must be positive");
        Require(options.CallTimeout > TimeSpan.Zero, nameof(options.CallTimeout), "must be positive");
        Require(options.CloseTimeout > TimeSpan.Zero, nameof(options.CloseTimeout), "must be positive");
        Require(options.KeepAliveInterval > TimeSpan.Zero, nameof(options.KeepAliveInterval), "must be positive");
        Require(options.ServerTimeout > options.KeepAliveInterval, nameof(options.ServerTimeout), $"must be longer than {nameof(options.KeepAliveInterval)}");
        Require(options.WatchdogInterval > TimeSpan.Zero, nameof(options.WatchdogInterval), "must be positive");
        Require(options.WatchdogTimeout > TimeSpan.Zero, nameof(options.WatchdogTimeout), "must be positive");
    }

    private static void Require(bool holds, string option, string fix)
    {
        if (!holds)
        {
            throw new ArgumentException($"{nameof(ChatClientOptions)}.{option} {fix}.", "options");
        }
    }
}
