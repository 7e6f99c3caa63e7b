using Chat.Contracts.Management;
using Microsoft.Extensions.Primitives;

namespace Chat.Server.Failpoints;

/// <summary>
/// Losses that a process which serves clients pretends while they are ordered. The supervisor orders them by settings of the running
/// processes, which a worker that starts later is told, too. In Development alone they are there: elsewhere nobody asks for them.
/// </summary>
internal sealed partial class FaultSwitches : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly ILogger _logger;
    private readonly Dictionary<string, FaultSwitch> _all;
    private readonly IDisposable _following;

    public FaultSwitches(IConfiguration configuration, TimeProvider time, ILogger<FaultSwitches> logger)
    {
        _configuration = configuration;
        _logger = logger;
        _all = ((string[])[FaultIds.DatabaseAway, FaultIds.DatabaseSlow, FaultIds.RedisHangs]).ToDictionary(id => id, id => new FaultSwitch(id, time, Tell));
        _following = ChangeToken.OnChange(configuration.GetReloadToken, Follow);
        Follow();
    }

    /// <summary>One begins, gets another end, or is over (null). Take it and return.</summary>
    public event Action<string, FaultOrder?>? Changed;

    public FaultSwitch DatabaseAway => _all[FaultIds.DatabaseAway];

    public FaultSwitch DatabaseSlow => _all[FaultIds.DatabaseSlow];

    public FaultSwitch RedisHangs => _all[FaultIds.RedisHangs];

    /// <summary>What is pretended now.</summary>
    public IEnumerable<(string Id, FaultOrder Order)> Current => _all.Where(f => f.Value.Order is not null).Select(f => (f.Key, f.Value.Order!));

    public void Dispose()
    {
        _following.Dispose();
        foreach (var one in _all.Values)
        {
            one.Dispose();
        }
    }

    private void Follow()
    {
        foreach (var (id, one) in _all)
        {
            one.Follow(FaultOrder.Parse(_configuration[FaultOrder.KeyOf(id)]));
        }
    }

    private void Tell(string id, FaultOrder? order)
    {
        if (order is null)
        {
            Log.Over(_logger, id);
        }
        else
        {
            Log.Pretended(_logger, id, order.Until);
        }

        Changed?.Invoke(id, order);
    }

    private static partial class Log
    {
        [LoggerMessage(1500, LogLevel.Warning, "{Fault} is pretended until {Until:O}: what follows is a trial", EventName = "FaultPretended")]
        public static partial void Pretended(ILogger logger, string fault, DateTimeOffset until);

        [LoggerMessage(1501, LogLevel.Warning, "{Fault} is pretended no longer", EventName = "FaultOver")]
        public static partial void Over(ILogger logger, string fault);
    }
}
