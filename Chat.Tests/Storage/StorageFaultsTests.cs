using System.Net.Sockets;
using Chat.Server.Storage;

namespace Chat.Tests.Storage;

public sealed class StorageFaultsTests
{
    [Fact]
    public void Classify_DriverStumblesOverItsBrokenConnection_IsAFaultOfTheConnection()
    {
        Assert.Equal(StorageFault.Connection, StorageFaults.Classify(new NullReferenceException { Source = "Npgsql" }));
        Assert.Equal(StorageFault.Connection, StorageFaults.Classify(new InvalidOperationException("transient", new SocketException(111))));
    }

    [Fact]
    public void Classify_OurOwnMistake_IsUnknown()
    {
        Assert.Equal(StorageFault.Unknown, StorageFaults.Classify(new NullReferenceException { Source = "Chat.Server" }));
        Assert.Equal(StorageFault.Unknown, StorageFaults.Classify(new InvalidOperationException("ours")));
    }
}
