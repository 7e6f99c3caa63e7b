namespace Chat.Server.Delivery.DeadLetters;

/// <summary>Whether anything came from the client of a connection, a keep-alive ping included. A feature of the connection; set whenever bytes were read.</summary>
internal sealed class ClientHearing
{
    private volatile bool _heard;

    public void Hear() => _heard = true;

    /// <summary>Whether anything came since the last time.</summary>
    public bool Take()
    {
        var heard = _heard;
        _heard = false;
        return heard;
    }
}
