namespace Chat.Server.Failpoints;

internal static class FailpointsSetup
{
    /// <summary>Losses on demand, in Development alone; whoever is to suffer them asks whether the service is there.</summary>
    public static void AddFaultSwitches(this IHostApplicationBuilder builder)
    {
        if (builder.Environment.IsDevelopment())
        {
            builder.Services.AddSingleton<FaultSwitches>();
            builder.Services.AddHostedService<FaultJournal>();
        }
    }
}
