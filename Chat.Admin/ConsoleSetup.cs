using Chat.Admin.Access;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Chat.Admin;

internal static class ConsoleSetup
{
    public static void AddConsole(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<AdminOptions>().BindConfiguration(AdminOptions.Section).ValidateDataAnnotations();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        var settings = builder.Configuration.GetSection(AdminOptions.Section).Get<AdminOptions>() ?? new AdminOptions();
        if ((Transport.Problem(builder.Configuration, settings) ?? Proxies.Problem(settings)) is { } problem)
        {
            throw new StartRefusedException(problem);
        }

        // The supervisor holds our input open as long as it lives.
        if (builder.Configuration["Admin:EndWithInput"] is "true")
        {
            builder.Services.AddHostedService<SupervisorLink>();
        }

        builder.Services.AddHostedService<FirstCode>();

        // The supervisor gives its processes five seconds in all; open pages come back by themselves.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
    }
}

/// <summary>The configuration does not say how to run, and the message says what to change.</summary>
internal sealed class StartRefusedException(string message) : Exception(message);
