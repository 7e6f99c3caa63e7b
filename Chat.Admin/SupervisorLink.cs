namespace Chat.Admin;

/// <summary>Ends the console when the supervisor that started it is gone: the end of our standard input tells.</summary>
internal sealed class SupervisorLink(IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var buffer = new byte[256];
        await using var input = Console.OpenStandardInput();

        // Reading from standard input cannot be cancelled; the wait for it can.
        try
        {
            while (await Task.Run(() => input.Read(buffer), stoppingToken).WaitAsync(stoppingToken) > 0)
            {
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lifetime.StopApplication();
    }
}
