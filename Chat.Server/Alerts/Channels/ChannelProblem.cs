using System.Net.Mail;
using System.Net.Sockets;

namespace Chat.Server.Alerts.Channels;

/// <summary>Why a channel failed, in words that give nothing away.</summary>
internal static class ChannelProblem
{
    public static string Describe(Exception exception) => exception switch
    {
        BlockedAddressException => "the address is not allowed",
        HttpRequestException { StatusCode: { } code } => $"the receiver answered {(int)code}",
        HttpRequestException { InnerException: BlockedAddressException } => "the address is not allowed",
        HttpRequestException => "the receiver could not be reached",
        SmtpException { StatusCode: not SmtpStatusCode.GeneralFailure } smtp => $"the mail server answered {(int)smtp.StatusCode}",
        SmtpException or SocketException => "the mail server could not be reached",
        _ => "it failed",
    };
}

internal sealed class BlockedAddressException() : IOException("the address is not allowed");
