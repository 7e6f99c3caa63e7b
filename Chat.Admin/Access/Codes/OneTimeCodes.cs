using OtpNet;

namespace Chat.Admin.Access.Codes;

/// <summary>Codes of RFC 6238 as all authenticator apps make them: SHA-1, six digits, thirty seconds.</summary>
internal static class OneTimeCodes
{
    public const int Digits = 6;

    private const int SecretBytes = 20;
    private const string Issuer = "Chat console";

    // A clock that is half a minute off, and somebody who types slowly.
    private static readonly VerificationWindow Window = new(previous: 1, future: 1);

    public static byte[] NewSecret() => KeyGeneration.GenerateRandomKey(SecretBytes);

    /// <summary>For those who type it into their app.</summary>
    public static string TextOf(byte[] secret) => Base32Encoding.ToString(secret).TrimEnd('=');

    /// <summary>For those who scan it.</summary>
    public static string UriOf(byte[] secret, string user) =>
        $"otpauth://totp/{Uri.EscapeDataString($"{Issuer}:{user}")}?secret={TextOf(secret)}&issuer={Uri.EscapeDataString(Issuer)}";

    /// <summary>The step that the code is of, if it is one of now; null when it is none, or of a step up to the one that was used last.</summary>
    public static long? StepOf(byte[] secret, string code, DateTimeOffset now, long usedUpTo) =>
        code.Length == Digits && new Totp(secret).VerifyTotp(now.UtcDateTime, code, out var step, Window) && step > usedUpTo ? step : null;
}
