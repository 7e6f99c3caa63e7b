using Chat.Server.Workers.Ports;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Workers.Ports;

public sealed class StartRefusedExceptionTests
{
    [Fact]
    public void From_SeveralWrongSections_IsOneRefusal()
    {
        var refusal = StartRefusedException.From(new AggregateException(Invalid("Set A."), new AggregateException(Invalid("Set B.", "Set C.")), Invalid("Set A.")));
        Assert.Equal((ExitCodes.Configuration, "Set A. Set B. Set C."), (refusal!.ExitCode, refusal.Message));
    }

    [Fact]
    public void From_AddressInUse_MayBeTriedLater() =>
        Assert.Equal(ExitCodes.Unavailable, StartRefusedException.From(new IOException("taken", new AddressInUseException("taken")))!.ExitCode);

    [Fact]
    public void From_ASurprise_IsNone()
    {
        Assert.Null(StartRefusedException.From(new IOException("disk")));
        Assert.Null(StartRefusedException.From(new AggregateException(Invalid("Set A."), new InvalidOperationException("a bug"))));
        Assert.Null(StartRefusedException.From(new AggregateException()));
    }

    private static OptionsValidationException Invalid(params string[] failures) => new("", typeof(object), failures);
}
