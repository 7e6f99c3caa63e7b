namespace Chat.Server.Health;

/// <summary>What readers of health get: the present and the past, both from memory.</summary>
internal interface IHealthBook
{
    HealthReport Current { get; }

    HealthHistory History { get; }

    DateTimeOffset? LastChecked { get; }
}
