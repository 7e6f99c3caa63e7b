using Microsoft.Extensions.Options;

namespace Chat.Server.Alerts;

/// <summary>The options as the file has them now. A file that was edited into nonsense changes nothing and is told: the watcher must not die of a typing mistake.</summary>
internal sealed partial class LiveAlertsOptions(IOptionsMonitor<AlertsOptions> monitor, ILogger<LiveAlertsOptions> logger)
{
    private AlertsOptions? _last;
    private bool _told;

    public AlertsOptions Current
    {
        get
        {
            try
            {
                _last = monitor.CurrentValue;
                _told = false;
            }
            catch (OptionsValidationException e) when (_last is not null)
            {
                if (!_told)
                {
                    _told = true;
                    Log.AlertSettingsRefused(logger, e.Message);
                }
            }

            return _last;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3213, LogLevel.Error, "The changed settings of the alerts are refused, the earlier ones hold: {Problem}", EventName = nameof(AlertSettingsRefused))]
        public static partial void AlertSettingsRefused(ILogger logger, string problem);
    }
}
