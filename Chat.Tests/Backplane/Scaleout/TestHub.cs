using Microsoft.AspNetCore.SignalR;

namespace Chat.Tests.Backplane.Scaleout;

/// <summary>Names a hub; never called.</summary>
public sealed class TestHub : Hub;
