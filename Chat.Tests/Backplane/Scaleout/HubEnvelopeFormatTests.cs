using Chat.Server.Backplane.Scaleout;
using Microsoft.AspNetCore.SignalR;
using Xunit;

namespace Chat.Tests.Backplane.Scaleout;

public sealed class HubEnvelopeFormatTests
{
    private static readonly SerializedMessage[] Messages = [new("json", new byte[] { 1, 2, 3 }), new("messagepack", new byte[300])];

    public static TheoryData<object> Envelopes =>
    [
        new HubEnvelope.Fanout([], Messages),
        new HubEnvelope.Fanout(["one", "zwölf", ""], []),
        new HubEnvelope.Deliver(["one", new string('x', 20_000)], Messages),
        new HubEnvelope.Ask("invocation", "node", "connection", Messages),
        new HubEnvelope.Forget("invocation"),
        new HubEnvelope.ChangeGroup("command", "node", "connection", "group", Join: true),
        new HubEnvelope.ChangeGroup("command", "node", "connection", "group", Join: false),
        new HubEnvelope.Here("command"),
        new HubEnvelope.Answer("invocation", Messages[0]),
    ];

    [Theory]
    [MemberData(nameof(Envelopes))]
    public void Read_WhatWasWritten_GivesItBack(object envelope)
    {
        var read = HubEnvelopeFormat.Read(HubEnvelopeFormat.Write((HubEnvelope)envelope));

        Assert.Equal(Describe((HubEnvelope)envelope), Describe(read!));
    }

    [Theory]
    [MemberData(nameof(Envelopes))]
    public void Read_CutAnywhere_IsNothingAndDoesNotThrow(object envelope)
    {
        var bytes = HubEnvelopeFormat.Write((HubEnvelope)envelope);

        for (var length = 0; length < Math.Min(bytes.Length, 1_000); length++)
        {
            Assert.Null(HubEnvelopeFormat.Read(bytes[..length]));
        }
    }

    [Fact]
    public void Read_Noise_DoesNotThrow()
    {
        var random = new Random(1);
        for (var round = 0; round < 10_000; round++)
        {
            var noise = new byte[random.Next(64)];
            random.NextBytes(noise);
            noise.AsSpan(0, Math.Min(1, noise.Length)).Fill((byte)random.Next(9));
            _ = HubEnvelopeFormat.Read(noise);
        }
    }

    private static string Describe(HubEnvelope envelope) => System.Text.Json.JsonSerializer.Serialize(envelope, envelope.GetType());
}
