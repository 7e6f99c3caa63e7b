using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Chat.Admin.Access;

/// <summary>
/// Makes the first admin. There is no default password: whoever reads the output of the server's process is the one who may begin.
/// Guessing is hopeless (60 bits) and stopped after a few attempts anyway; an expired code is followed by another when somebody asks for the page.
/// </summary>
internal sealed partial class SetupCode(UserBook users, IOptions<AdminOptions> options, TimeProvider time, ILogger<SetupCode> logger)
{
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int MostAttempts = 10;

    private readonly Lock _gate = new();
    private string? _code;
    private DateTimeOffset _until;
    private int _attempts;

    /// <summary>Sees to it that there is a code while there is no user; says until when it holds.</summary>
    public DateTimeOffset? Ensure()
    {
        if (!users.IsEmpty)
        {
            return null;
        }

        lock (_gate)
        {
            if (_code is null || time.GetUtcNow() >= _until)
            {
                var digits = RandomNumberGenerator.GetString(Letters, 12);
                _code = digits;
                _attempts = 0;
                _until = time.GetUtcNow() + options.Value.SetupCodeLifetime;
                Log.CodeMade(logger, $"{digits[..4]}-{digits[4..8]}-{digits[8..]}", (int)options.Value.SetupCodeLifetime.TotalMinutes);
            }

            return _until;
        }
    }

    /// <summary>True once: the code is spent then.</summary>
    public bool Take(string attempt)
    {
        var given = Encoding.ASCII.GetBytes(new string([.. attempt.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit)]));
        lock (_gate)
        {
            if (_code is null || time.GetUtcNow() >= _until || ++_attempts > MostAttempts)
            {
                return false;
            }

            return CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(_code));
        }
    }

    public void Spend()
    {
        lock (_gate)
        {
            _code = null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Warning, "The console has no user yet. Set-up code: {Code} (valid {Minutes} minutes)", EventName = "CodeMade")]
        public static partial void CodeMade(ILogger logger, string code, int minutes);
    }
}
