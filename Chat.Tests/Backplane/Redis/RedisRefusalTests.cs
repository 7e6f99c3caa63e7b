using Chat.Server.Backplane.Redis;
using Xunit;

namespace Chat.Tests.Backplane.Redis;

public sealed class RedisRefusalTests
{
    [Theory]
    [InlineData("WRONGPASS invalid username-password pair or user is disabled.", "the password or user was refused")]
    [InlineData("NOAUTH Authentication required.", "the password or user was refused")]
    [InlineData("ERR invalid password", "the password or user was refused")]
    [InlineData("READONLY You can't write against a read only replica.", "the server is a replica and takes no writes")]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", "the server is out of memory")]
    [InlineData("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", "the server can't save to its disk and takes no writes")]
    [InlineData("NOPERM this user has no permissions to run the 'set' command", "the account lacks a right that is needed")]
    [InlineData("ERR unknown command 'foo'", null)]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value", null)]
    [InlineData("", null)]
    public void Explain_Reply_IsAFixedTextOrNothing(string reply, string? text) => Assert.Equal(text, RedisRefusal.Explain(reply));

    [Fact]
    public void See_WhatIsNoRefusal_KeepsWhatIsKnown()
    {
        var refusal = new RedisRefusal();
        refusal.See("OOM command not allowed");

        refusal.See("ERR something about one command");
        Assert.Equal("the server is out of memory", refusal.Text);

        refusal.Clear();
        Assert.Null(refusal.Text);
    }
}
