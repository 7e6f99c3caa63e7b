using Chat.Server.Presence;

namespace Chat.Tests.Presence;

public sealed class LocalUsersTests
{
    private static readonly PresenceSource Self = new("me", "us");
    private readonly LocalUsers _users = new();

    private (long Version, string[] Came, string[] Went)? Take(int most = 100) =>
        _users.TakeChanges(Self, most) is { } changed ? (changed.Version, [.. changed.Came.Order()], [.. changed.Went.Order()]) : null;

    [Fact]
    public void TakeChanges_NothingHappened_IsNullAndNoVersion()
    {
        Assert.Null(Take());
        Assert.Equal(0, _users.Version);
    }

    [Fact]
    public void TakeChanges_FirstAndLastConnection_AreToldOnce()
    {
        _users.Connect("alice");
        _users.Connect("alice");
        _users.Connect("bob");
        var first = Take()!.Value;
        Assert.Equal((1L, "alice,bob", ""), (first.Version, string.Join(',', first.Came), string.Join(',', first.Went)));

        _users.Disconnect("alice");
        Assert.Null(Take());
        _users.Disconnect("alice");
        var second = Take()!.Value;
        Assert.Equal((2L, "", "alice"), (second.Version, string.Join(',', second.Came), string.Join(',', second.Went)));
        Assert.Equal(["bob"], _users.Announced().Users);
    }

    [Fact]
    public void TakeChanges_WhoCameAndWentInBetween_IsNoNews()
    {
        _users.Connect("alice");
        _users.Disconnect("alice");
        Assert.Null(Take());
        Assert.Equal(0, _users.Version);
    }

    [Fact]
    public void TakeChanges_ManyAtOnce_AreToldInParts()
    {
        for (var n = 0; n < 5; n++)
        {
            _users.Connect($"u{n}");
        }

        var told = new List<string>();
        while (Take(most: 2) is { } part)
        {
            Assert.InRange(part.Came.Length, 1, 2);
            told.AddRange(part.Came);
        }

        Assert.Equal(["u0", "u1", "u2", "u3", "u4"], told.Order());
        Assert.Equal(3, _users.Version);
    }
}
