using System.Text.Json;
using Chat.Server.Workers.Control;
using Chat.Server.Workers.Ports;

namespace Chat.Tests.Workers.Control;

public sealed class ControlFrameTests
{
    [Fact]
    public async Task Read_BothWays_GiveBackWhatWasWritten()
    {
        var batch = new FrameBatch();
        batch.Add(new(FrameKind.Relay, new byte[] { 1, 2, 3 }));
        batch.Add(ControlFrame.Of(new Ready()));
        var bytes = batch.Bytes.ToArray();
        var blocking = new MemoryStream(bytes);
        var awaited = new MemoryStream(bytes);
        foreach (var frame in new[] { ControlFrame.Read(blocking), await ControlFrame.ReadAsync(awaited, CancellationToken.None) })
        {
            Assert.Equal(FrameKind.Relay, frame!.Value.Kind);
            Assert.Equal([1, 2, 3], frame.Value.Payload.ToArray());
        }

        Assert.IsType<Ready>(ControlMessage.Parse(ControlFrame.Read(blocking)!.Value.Payload.Span));
        Assert.IsType<Ready>(ControlMessage.Parse((await ControlFrame.ReadAsync(awaited, CancellationToken.None))!.Value.Payload.Span));
        Assert.Null(ControlFrame.Read(blocking));
        Assert.Null(await ControlFrame.ReadAsync(awaited, CancellationToken.None));
    }

    [Fact]
    public void Batch_FullOrCleared_TakesAnyFrameAndKeepsNothing()
    {
        var batch = new FrameBatch();
        batch.Add(new(FrameKind.Relay, new byte[2 * 1024 * 1024]));
        Assert.False(batch.HasRoom);
        batch.Clear();
        Assert.True(batch.HasRoom);
        Assert.True(batch.Bytes.IsEmpty);
        batch.Add(new(FrameKind.Relay, new byte[] { 7 }));
        Assert.Equal([7], ControlFrame.Read(new MemoryStream(batch.Bytes.ToArray()))!.Value.Payload.ToArray());
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 255, 255, 255, 127, 1 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 1 })]
    public void Read_ImpossibleLength_IsRefusedBeforeMemoryIsTaken(byte[] header) =>
        Assert.Throws<InvalidDataException>(() => ControlFrame.Read(new MemoryStream(header)));

    [Fact]
    public void Parse_Fleet_KeepsEveryFact()
    {
        var worker = new WorkerSnapshot(
            "w1", 17, WorkerState.BackingOff, Wanted: true, DateTimeOffset.UnixEpoch, 2, 3,
            new(137, "SIGKILL", ExitReason.OutOfMemory, "text", DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1.5),
            new(17, 1, 2, 3, 4, 0.5, 0.25, 0.125, Draining: true), new Dictionary<string, JsonElement>());
        var sent = WorkersSnapshot.Of(DateTimeOffset.UnixEpoch, [worker], [], new(DateTimeOffset.UnixEpoch, 1, 2, Running: true, Problem: null));
        var got = Assert.IsType<Fleet>(ControlMessage.Parse(new Fleet(sent).ToBytes())).Snapshot;
        Assert.Equal((sent.At, 1, 0, 1, sent.Rolling), (got.At, got.Total, got.Healthy, got.Crashed, got.Rolling));
        Assert.Equal(worker with { Parts = got.Workers[0].Parts }, got.Workers[0]);
    }
}
