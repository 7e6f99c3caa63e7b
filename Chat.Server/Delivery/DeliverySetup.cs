using Chat.Server.Delivery.Acks;
using Chat.Server.Delivery.DeadLetters;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Locks;
using Chat.Server.Delivery.Nodes;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Delivery.Traces;
using Chat.Server.Storage;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Delivery;

internal static class DeliverySetup
{
    public static IServiceCollection AddDelivery(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<DeliveryOptions>()
            .BindConfiguration(DeliveryOptions.Section)
            .ValidateDataAnnotations()
            .Validate(o => o.CloseAfter > o.ResendAfter, "Delivery:CloseAfter must be longer than Delivery:ResendAfter.")
            .Validate(o => o.SweepInterval >= o.FollowInterval, "Delivery:SweepInterval must not be shorter than Delivery:FollowInterval.");
        services.AddSingleton<DeliveryMeter>();
        services.AddSingleton<UserConnections>();
        services.AddSingleton<DeviceReturns>();
        services.AddSingleton<UserTraces>();
        services.AddSingleton<DeliveryFacts>();
        services.AddSingleton<QueueWatch>();
        services.AddSingleton<FeedTable>();
        services.AddSingleton<PumpServices>();
        services.AddSingleton<DeliveryService>();
        services.AddSingleton<GapReader>();
        AddLoop<FeedPublisher>(services);
        services.AddSingleton<ICommitObserver>(s => s.GetRequiredService<FeedPublisher>());
        AddLoop<RoundBook>(services);
        AddLoop<CursorKeeper>(services);
        AddLoop<ReceiptBook>(services);
        services.AddSingleton<RedisNotices>();
        AddLoop<CommitBell>(services);
        AddLoop<HintSender>(services);
        services.AddSingleton<ICommitObserver>(s => s.GetRequiredService<HintSender>());
        services.AddSingleton<Doubts>();
        services.AddSingleton<ICommitObserver>(s => s.GetRequiredService<Doubts>());
        AddLoop<CommitFollower>(services);
        AddLoop<CommitListener>(services);
        AddLoop<HintReceiver>(services);
        AddLoop<SignalRelay>(services);
        AddLoop<LockWatch>(services);
        services.AddSingleton<LockService>();
        AddLoop<DeliveryUpkeep>(services);
        AddLoop<Provisionals>(services);
        services.AddSingleton<IHeartbeatPart, QueueHeartbeat>();
        services.AddSingleton<IDrainStep, DeliveryDrain>();
        services.AddSingleton<IWarmUp, DeliveryWarmUp>();
        return services;
    }

    private static void AddLoop<T>(IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(s => s.GetRequiredService<T>());
    }
}
