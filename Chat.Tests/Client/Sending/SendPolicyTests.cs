using Chat.Client.Connecting;
using Chat.Client.Sending;
using Chat.Contracts;

namespace Chat.Tests.Client.Sending;

public sealed class SendPolicyTests
{
    private static readonly SendPolicy Policy = new(
        new BackOff(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30)), unauthenticatedDelay: TimeSpan.FromSeconds(60));

    [Theory]
    [InlineData(ErrorCodes.NotFound)]
    [InlineData(ErrorCodes.IdConflict)]
    [InlineData(ErrorCodes.Locked)]
    [InlineData(ErrorCodes.Invalid)]
    public void Decide_ADefiniteRefusal_IsDone(string code)
        => Assert.IsType<SendDecision.Done>(Decide(new ChatError(code, "", false)));

    [Fact]
    public void Decide_StorageUnavailable_WaitsWhatItAsksWithJitterOnTopUnlessItIsRestored()
        => Assert.Equal(
            new SendDecision.Again(TimeSpan.FromSeconds(33.75), WakeOn.Restored | WakeOn.Reconnected),
            Decide(new ChatError(ErrorCodes.StorageUnavailable, "", true, 30), random: 0.5));

    [Fact]
    public void Decide_RateLimited_WaitsAlsoOverAReconnect()
        => Assert.Equal(
            new SendDecision.Again(TimeSpan.FromSeconds(2), WakeOn.None),
            Decide(new ChatError(ErrorCodes.RateLimited, "", true, 2), random: 0));

    [Fact]
    public void Decide_Draining_GoesOnWithTheNextConnection()
        => Assert.Equal(
            WakeOn.Reconnected,
            Assert.IsType<SendDecision.Again>(Decide(new ChatError(ErrorCodes.Draining, "", true, 5))).Wake);

    [Fact]
    public void Decide_RetryableWithoutAWait_BacksOffWithItsRetries()
        => Assert.Equal(
            TimeSpan.FromSeconds(2),
            Assert.IsType<SendDecision.Again>(Decide(new ChatError(ErrorCodes.Overloaded, "", true), retries: 2, random: 1)).In);

    [Fact]
    public void Decide_TokenExpired_AsksForASignIn()
        => Assert.True(Assert.IsType<SendDecision.Again>(Decide(new ChatError(ErrorCodes.TokenExpired, "", false))).SignIn);

    [Fact]
    public void Decide_WhenAFreshTokenIsRefusedToo_WaitsLongAndIsNotWokenByTheNext()
        => Assert.Equal(
            new SendDecision.Again(TimeSpan.FromSeconds(45), WakeOn.Reconnected, SignIn: true),
            Decide(new ChatError(ErrorCodes.Unauthenticated, "", false), retries: 1, random: 0.5));

    private static SendDecision Decide(ChatError error, int retries = 0, double random = 0.5)
        => Policy.Decide(new Receipt { Error = error }, retries, random);
}
