using Chat.Server.Messaging;
using Chat.Server.Storage.Writing;

namespace Chat.Tests.Messaging;

public sealed class ContentHashTests
{
    private static readonly byte[] Base = ContentHash.Of(AppendKind.Message, "c_1", "text", "{}"u8, "r", 5);

    [Fact]
    public void Of_TheSame_IsTheSame16Bytes()
    {
        Assert.Equal(ContentHash.Size, Base.Length);
        Assert.Equal(Base, ContentHash.Of(AppendKind.Message, "c_1", "text", "{}"u8, "r", 5));
    }

    [Fact]
    public void Of_AnyPartDifferent_IsDifferent()
    {
        byte[][] others =
        [
            ContentHash.Of(AppendKind.Edit, "c_1", "text", "{}"u8, "r", 5),
            ContentHash.Of(AppendKind.Message, "c_2", "text", "{}"u8, "r", 5),
            ContentHash.Of(AppendKind.Message, "c_1", "texts", "{}"u8, "r", 5),
            ContentHash.Of(AppendKind.Message, "c_1", "text", "{ }"u8, "r", 5),
            ContentHash.Of(AppendKind.Message, "c_1", "text", "{}"u8, "s", 5),
            ContentHash.Of(AppendKind.Message, "c_1", "text", "{}"u8, null, 5),
            ContentHash.Of(AppendKind.Message, "c_1", "text", "{}"u8, "", 5),
            ContentHash.Of(AppendKind.Message, "c_1", "text", "{}"u8, "r", 6),
            ContentHash.Of(AppendKind.Message, "c_1", "text", "{}"u8, "r"),
        ];
        Assert.Equal(others.Length, others.Select(Convert.ToHexString).Distinct().Count());
        Assert.DoesNotContain(Convert.ToHexString(Base), others.Select(Convert.ToHexString));
    }

    [Fact]
    public void Of_PartsThatRunTogether_IsDifferent() => Assert.NotEqual(
        ContentHash.Of(AppendKind.Message, "ab", "c", "1"u8),
        ContentHash.Of(AppendKind.Message, "a", "bc", "1"u8));

    [Fact]
    public void Of_BodyBeyondTheStack_IsHashedToItsEnd()
    {
        var body = new byte[32 * 1024];
        var one = ContentHash.Of(AppendKind.Message, "c_1", "text", body);
        body[^1] = 1;
        Assert.NotEqual(one, ContentHash.Of(AppendKind.Message, "c_1", "text", body));
    }
}
