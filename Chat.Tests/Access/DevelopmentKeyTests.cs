using Chat.Server.Access;
using Chat.Tests.Support;

namespace Chat.Tests.Access;

public sealed class DevelopmentKeyTests
{
    private readonly string _folder = Path.Combine(TestRun.NewFolder("key"), "data");

    [Fact]
    public void LoadOrCreate_SecondTime_GivesTheSameKey()
    {
        var key = DevelopmentKey.LoadOrCreate(_folder);
        Assert.Equal(48, Convert.FromBase64String(key).Length);
        Assert.Equal(key, DevelopmentKey.LoadOrCreate(_folder));
    }

    [Fact]
    public void LoadOrCreate_ManyAtOnce_AgreeOnOneKeyAndLeaveNoDrafts()
    {
        var keys = new string[32];
        Parallel.For(0, keys.Length, i => keys[i] = DevelopmentKey.LoadOrCreate(_folder));
        Assert.Single(keys.Distinct());
        Assert.Equal([DevelopmentKey.FileName], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void LoadOrCreate_NewFile_IsReadableByItsOwnerAlone()
    {
        DevelopmentKey.LoadOrCreate(_folder);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(_folder, DevelopmentKey.FileName)));
    }

    [Theory]
    [InlineData("Data Source=/var/lib/chat/chat.db", "/var/lib/chat")]
    [InlineData("Host=db;Database=chat", "data")]
    [InlineData(null, "data")]
    public void FolderOf_ConnectionString_IsWhereTheDataLies(string? connectionString, string folder) =>
        Assert.Equal(Path.GetFullPath(folder), DevelopmentKey.FolderOf(connectionString));
}
