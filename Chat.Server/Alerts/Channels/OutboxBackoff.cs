namespace Chat.Server.Alerts.Channels;

internal static class OutboxBackoff
{
    /// <summary>1, 2, 4, 8 … times the first pause, up to a fifth more so that channels of one receiver do not move in step.</summary>
    /// <param name="random">From 0 to 1.</param>
    public static TimeSpan After(int attempt, TimeSpan first, double random) => first * Math.Pow(2, attempt - 1) * (1 + (0.2 * random));
}
