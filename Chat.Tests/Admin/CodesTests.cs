using System.Text;
using Chat.Admin;
using Chat.Admin.Access;
using Chat.Admin.Access.Codes;
using Chat.Tests.Support;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OtpNet;

namespace Chat.Tests.Admin;

/// <summary>One-time codes, and what is kept of them.</summary>
public sealed class CodesTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    private readonly ManualTimeProvider _time = new();
    private readonly IDataProtectionProvider _keys = new EphemeralDataProtectionProvider();
    private readonly IOptions<AdminOptions> _options = Options.Create(new AdminOptions { Folder = TestRun.NewFolder("console") });
    private readonly UserBook _users;
    private readonly SecondFactors _second;

    public CodesTests()
    {
        _users = new UserBook(_options, _time, iterations: 1);
        Assert.Null(_users.Add("ada", "correct horse battery", Role.Admin));
        _second = Factors(_users);
    }

    // The vectors of RFC 6238, appendix B, of which six digits are the last six of eight.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Code_OfTheStandard_IsOfItsStep(long seconds, string code)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(seconds / 30, OneTimeCodes.StepOf(Secret, code, now, usedUpTo: 0));
        Assert.Null(OneTimeCodes.StepOf(Secret, code, now, usedUpTo: seconds / 30));
        Assert.Null(OneTimeCodes.StepOf(Secret, code[..5], now, usedUpTo: 0));
        Assert.Null(OneTimeCodes.StepOf(Secret, code[..5] + (code[5] == '0' ? '1' : '0'), now, usedUpTo: 0));
    }

    [Theory]
    [InlineData(-60, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(30, true)]
    [InlineData(60, false)]
    public void Code_OfAnotherTime_IsGoodForOneStepEitherWay(int seconds, bool good)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        Assert.Equal(good, OneTimeCodes.StepOf(Secret, CodeAt(Secret, now.AddSeconds(seconds)), now, usedUpTo: 0) is not null);
    }

    [Fact]
    public void Uri_OfASecret_IsWhatAppsRead()
    {
        Assert.Equal("otpauth://totp/Chat%20console%3Aada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Chat%20console", OneTimeCodes.UriOf(Secret, "ada"));
        Assert.Equal(20, OneTimeCodes.NewSecret().Length);
        Assert.NotEqual(OneTimeCodes.NewSecret(), OneTimeCodes.NewSecret());

        // The standard's one module that is always dark, counted with the quiet zone of four; it tells left from top.
        var picture = QrPicture.Of(OneTimeCodes.UriOf(Secret, "ada"));
        Assert.Contains($"M12 {picture.Size - 12}h1", picture.Path);
    }

    [Fact]
    public void TurnOn_CodeOfAnotherSecret_LeavesItOff()
    {
        Assert.Null(_second.TurnOn("ada", Secret, CodeAt(OneTimeCodes.NewSecret()), null));
        Assert.Null(_users.Find("ada")!.Second);
    }

    [Fact]
    public void TurnOn_EndsTheOtherSessions_AndIsNotDoneTwice()
    {
        var mine = _users.Begin(_users.Find("ada")!, "", "");
        var other = _users.Begin(_users.Find("ada")!, "", "");
        Assert.Equal(RecoveryCodes.Count, _second.TurnOn("ada", Secret, CodeAt(Secret), mine.Id)!.Distinct().Count());
        Assert.NotNull(_users.Resolve(mine.Id));
        Assert.Null(_users.Resolve(other.Id));

        // Who has the password and an old page must not put another secret in the place of this one.
        var another = OneTimeCodes.NewSecret();
        Assert.Null(_second.TurnOn("ada", another, CodeAt(another), mine.Id));
    }

    [Fact]
    public void Code_Used_IsNotGoodAgain_NorIsAnOlderOne()
    {
        _second.TurnOn("ada", Secret, CodeAt(Secret), null);
        Assert.Equal(CodeOutcome.Wrong, _second.Use("ada", CodeAt(Secret)));
        _time.Advance(TimeSpan.FromSeconds(30));
        var older = CodeAt(Secret);
        _time.Advance(TimeSpan.FromSeconds(30));
        var code = CodeAt(Secret);
        Assert.Equal(CodeOutcome.Code, _second.Use("ada", $"{code[..3]} {code[3..]}"));
        Assert.Equal(CodeOutcome.Wrong, _second.Use("ada", code));
        Assert.Equal(CodeOutcome.Wrong, _second.Use("ada", older));
        Assert.Equal(CodeOutcome.Wrong, Factors(new UserBook(_options, _time, iterations: 1)).Use("ada", code));
    }

    [Fact]
    public async Task Code_UsedByManyAtOnce_LetsOneIn()
    {
        _second.TurnOn("ada", Secret, CodeAt(Secret), null);
        _time.Advance(TimeSpan.FromSeconds(30));
        var code = CodeAt(Secret);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _second.Use("ada", code))));
        Assert.Single(outcomes, o => o is CodeOutcome.Code);
    }

    [Fact]
    public void RecoveryCode_Used_IsSpent_AndNewOnesReplaceTheOld()
    {
        var codes = _second.TurnOn("ada", Secret, CodeAt(Secret), null)!;
        Assert.Equal(CodeOutcome.Recovery, _second.Use("ada", codes[0].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)));
        Assert.Equal(CodeOutcome.Wrong, _second.Use("ada", codes[0]));
        Assert.Equal(RecoveryCodes.Count - 1, _users.Find("ada")!.Second!.Recovery.Count);

        var renewed = _second.RenewRecovery("ada")!;
        Assert.Equal(CodeOutcome.Wrong, _second.Use("ada", codes[1]));
        Assert.Equal(CodeOutcome.Recovery, _second.Use("ada", renewed[1]));
    }

    [Fact]
    public void File_HasNeitherTheSecretNorTheCodes_AndOpensWithItsKeysOnly()
    {
        var codes = _second.TurnOn("ada", Secret, CodeAt(Secret), null)!;
        var file = File.ReadAllText(Path.Combine(_options.Value.Folder, "users.json"));
        Assert.DoesNotContain(OneTimeCodes.TextOf(Secret), file);
        Assert.DoesNotContain(Convert.ToBase64String(Secret), file);
        Assert.DoesNotContain(codes, c => file.Contains(c, StringComparison.Ordinal) || file.Contains(c.Replace("-", "", StringComparison.Ordinal), StringComparison.Ordinal));

        // With other keys the codes of the app are not to be checked; the recovery codes are, so that nobody is locked out.
        _time.Advance(TimeSpan.FromMinutes(1));
        var foreign = new SecondFactors(new UserBook(_options, _time, iterations: 1), new EphemeralDataProtectionProvider(), _time, NullLogger<SecondFactors>.Instance);
        Assert.Equal(CodeOutcome.Wrong, foreign.Use("ada", CodeAt(Secret)));
        Assert.Equal(CodeOutcome.Recovery, foreign.Use("ada", codes[3]));
        Assert.Equal(CodeOutcome.Code, _second.Use("ada", CodeAt(Secret)));
    }

    [Fact]
    public void File_FromBeforeThereWereCodes_IsRead()
    {
        var path = Path.Combine(_options.Value.Folder, "users.json");
        var old = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!;
        Assert.True(old["users"]![0]!.AsObject().Remove("second"));
        File.WriteAllText(path, old.ToJsonString());
        var users = new UserBook(_options, _time, iterations: 1);
        Assert.NotNull(users.Check("ada", "correct horse battery"));
        Assert.Null(users.Find("ada")!.Second);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("AAAA-AAAA-AAAA-AAAA")]
    [InlineData("١٢٣٤٥٦")]
    [InlineData("-12345")]
    public void Code_Nonsense_IsWrong(string code)
    {
        _second.TurnOn("ada", Secret, CodeAt(Secret), null);
        Assert.Equal(CodeOutcome.Wrong, _second.Use("ada", code));
        Assert.Equal(CodeOutcome.Wrong, _second.Use("nobody", code));
    }

    internal static string CodeAt(byte[] secret, DateTimeOffset at) => new Totp(secret).ComputeTotp(at.UtcDateTime);

    private string CodeAt(byte[] secret) => CodeAt(secret, _time.GetUtcNow());

    private SecondFactors Factors(UserBook users) => new(users, _keys, _time, NullLogger<SecondFactors>.Instance);
}
