namespace Chat.Admin.Live;

internal static class LiveSetup
{
    public static void AddLive(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Sampler>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Sampler>());
        builder.Services.AddScoped<Viewer>();
    }
}
