using System.Text;
using System.Text.Json;
using Chat.Contracts.Management;
using Chat.Server.Management.Stacks;

namespace Chat.Tests.Management.Stacks;

/// <summary>What becomes of createdump's report.</summary>
public sealed class StackReportTests
{
    private const string Waiting = """
        {"is_managed": "true", "crashed": "false", "native_thread_id": "0x1", "ctx": {"IP": "0x7f", "SP": "0x7e"}, "stack_frames": [
          {"is_managed": "false", "native_address": "0x7f7fc67c65d8", "unmanaged_name": "pthread_cond_wait", "native_module": "libc.so.6"},
          {"is_managed": "false", "native_address": "0x7f7fc6631612", "native_module": "libcoreclr.so"},
          {"is_managed": "true", "method_name": "Chat.Server.Work.Wait()", "filename": "Chat.Server.dll"}]}
        """;

    private const string Native = """{"is_managed": "false", "stack_frames": [{"is_managed": "false", "unmanaged_name": "poll", "native_module": "libc.so.6"}]}""";

    [Fact]
    public async Task Threads_ThatDoTheSame_AreOneAndAddressesAreLeftOut()
    {
        var stacks = await ReadAsync(Report(Native, Waiting, Waiting, """{"is_managed": "false"}"""));
        Assert.Equal([(2, true), (1, false), (1, false)], stacks.Select(s => (s.Threads, s.IsManaged)));
        Assert.Equal(["libc.so.6!pthread_cond_wait", "Chat.Server.Work.Wait()"], stacks[0].Frames);
        Assert.DoesNotContain("0x", string.Concat(stacks.SelectMany(s => s.Frames)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfMoreThanAnybodyReads_IsCut()
    {
        var frames = string.Join(',', Enumerable.Range(0, 500).Select(n => $$"""{"method_name": "M{{n}}({{new string('x', 1000)}})"}"""));
        var stacks = await ReadAsync(Report([.. Enumerable.Range(0, 300).Select(n => """{"is_managed": "true", "stack_frames": [""" + (n == 0 ? frames : $$"""{"method_name": "Only{{n}}"}""") + "]}")]));
        Assert.Equal(200, stacks.Count);
        Assert.Equal(100, stacks[0].Frames.Count);
        Assert.All(stacks[0].Frames, f => Assert.True(f.Length <= 301));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"payload": {"threads": "none"}}""")]
    [InlineData("""{"payload": {"threads": [""")]
    public Task Report_ThatIsNone_IsRefused(string text) => Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(text));

    private static string Report(params string[] threads) => """{"payload": {"protocol_version": "1.0.0", "threads": [""" + string.Join(',', threads) + "]}}";

    private static async Task<IReadOnlyList<StackView>> ReadAsync(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await StackReport.ReadAsync(stream, CancellationToken.None);
    }
}
