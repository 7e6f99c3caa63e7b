using System.Text.Json;
using Chat.Server.Presence;

namespace Chat.Tests.Presence;

public sealed class PresenceFormatTests
{
    private static readonly PresenceSource Source = new("n1", "g1");

    private static readonly PresenceMessage[] Messages =
    [
        new PresenceMessage.Beat(Source, 1L << 40, Hello: true),
        new PresenceMessage.Beat(Source, 0, Hello: false),
        new PresenceMessage.Changed(Source, 7, ["älice", "bob"], ["carol"]),
        new PresenceMessage.Ask(Source),
        new PresenceMessage.All(Source, 9, 1, 3, ["alice"]),
        new PresenceMessage.Bye(Source),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Read_WhatWasWritten_IsTheSame_AndCutAnywhereIsNull(int index)
    {
        var bytes = PresenceFormat.Write(Messages[index]);
        Assert.Equal(Text(Messages[index]), Text(PresenceFormat.Read(bytes)));
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(PresenceFormat.Read(bytes[..length]));
        }
    }

    [Fact]
    public void Read_AnotherReleasesKind_IsNull() => Assert.Null(PresenceFormat.Read(new byte[] { 99, 1, 65, 1, 66 }));

    private static string Text(PresenceMessage? message) => $"{message?.GetType().Name} {JsonSerializer.Serialize(message, message?.GetType() ?? typeof(object))}";
}
