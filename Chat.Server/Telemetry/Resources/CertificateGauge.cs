using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Chat.Server.Telemetry.Resources;

/// <summary>How long the certificates that Kestrel was given by a file are still good for; the shortest counts.</summary>
internal sealed class CertificateGauge : IHostedService
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromHours(1);

    private readonly IConfiguration _kestrel;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private DateTimeOffset? _ends;
    private long? _readAt;

    public CertificateGauge(IConfiguration configuration, IMeterFactory meters, TimeProvider time)
    {
        _kestrel = configuration.GetSection("Kestrel");
        _time = time;
        meters.Create(TelemetryNames.Of("Certificates")).CreateObservableGauge(
            "chat.certificate.remaining", Remaining, "s", "Time until the first of the server's certificates ends");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Measurement<double>[] Remaining()
    {
        lock (_gate)
        {
            if (_readAt is not { } at || _time.GetElapsedTime(at) >= ReadEvery)
            {
                _readAt = _time.GetTimestamp();
                _ends = Sections().Select(EndOf).Where(end => end is not null).Min();
            }

            return _ends is { } ends ? [new((ends - _time.GetUtcNow()).TotalSeconds)] : [];
        }
    }

    private IEnumerable<IConfigurationSection> Sections() => _kestrel.GetSection("Certificates").GetChildren()
        .Concat(_kestrel.GetSection("Endpoints").GetChildren().Select(endpoint => endpoint.GetSection("Certificate")));

    private static DateTimeOffset? EndOf(IConfigurationSection section)
    {
        if (section["Path"] is not { Length: > 0 } path)
        {
            return null;
        }

        try
        {
            using var certificate = Path.GetExtension(path).ToUpperInvariant() is ".PFX" or ".P12"
                ? X509CertificateLoader.LoadPkcs12FromFile(path, section["Password"])
                : X509CertificateLoader.LoadCertificateFromFile(path);
            return certificate.NotAfter.ToUniversalTime();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // Kestrel, which needs it, says what is wrong with it.
            return null;
        }
    }
}
