using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Chat.Server.Telemetry.Resources;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Telemetry.Resources;

public sealed class CertificateGaugeTests : IDisposable
{
    private readonly TestMeters _meters = new();
    private readonly ManualTimeProvider _time = new();
    private readonly string _folder = TestRun.NewFolder("certificates");

    [Fact]
    public void Remaining_OfSeveral_IsTheShortest()
    {
        var pem = Write("late.pem", days: 90, certificate => certificate.ExportCertificatePem());
        var pfx = Path.Combine(_folder, "soon.pfx");
        using (var certificate = Create(days: 10))
        {
            File.WriteAllBytes(pfx, certificate.Export(X509ContentType.Pfx, "p"));
        }

        Start(("Kestrel:Certificates:Default:Path", pem), ("Kestrel:Endpoints:Https:Certificate:Path", pfx), ("Kestrel:Endpoints:Https:Certificate:Password", "p"));

        Assert.Equal(10, Days(), precision: 3);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(9, Days(), precision: 3);
    }

    [Fact]
    public void Remaining_WithoutAReadableCertificate_IsNotThere()
    {
        Start(("Kestrel:Certificates:Default:Path", Path.Combine(_folder, "none.pem")));

        Assert.Empty(_meters.Values("chat.certificate.remaining"));
    }

    public void Dispose() => _meters.Dispose();

    private void Start(params (string Key, string Value)[] settings) => _ = new CertificateGauge(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build(), _meters.Factory, _time);

    private double Days() => Assert.Single(_meters.Values("chat.certificate.remaining")).Value / 86_400;

    private string Write(string name, int days, Func<X509Certificate2, string> export)
    {
        using var certificate = Create(days);
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, export(certificate));
        return path;
    }

    private X509Certificate2 Create(int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=chat", key, HashAlgorithmName.SHA256).CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(days));
    }
}
