using Chat.Admin;
using Chat.Admin.ServerApi;
using Chat.Contracts.Management;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Admin;

public sealed class NodeFinderTests
{
    private const string Key = "the key of the first";

    private readonly FakeServerApi _api = new("main");

    [Fact]
    public async Task Look_AnnouncedNodes_AreShownBesideTheConfiguredOne_AndAskedWithItsKey()
    {
        var (book, finder) = Finder("http://10.0.0.1:5081/");
        Announce("http://10.0.0.1:5081", ("north", "http://10.0.0.1:5081"), ("south", "http://10.0.0.2:5081"), ("south", "http://10.0.0.3:5081"));
        await LookAsync(book, finder);

        Assert.Equal(["main", "south", "south (10.0.0.3:5081)"], book.Names);
        Assert.Equal(("http://10.0.0.2:5081", Key), (book.Find("south")!.Url, book.Find("south")!.Key));
        await LookAsync(book, finder);
        Assert.Equal(["main", "south", "south (10.0.0.3:5081)"], book.Names);
    }

    [Fact]
    public async Task Look_ConfiguredNodeThatCallsItselfOtherwise_IsNotShownTwice_NorWhenItIsLostLater()
    {
        var (book, finder) = Finder("http://localhost:5081");
        Announce("http://10.0.0.1:5081", ("north", "http://10.0.0.1:5081"), ("south", "http://10.0.0.2:5081"));
        await LookAsync(book, finder);
        Assert.Equal(["main", "south"], book.Names);

        _api.AnswerFrom("south", ManagementRoutes.Nodes, Answer("http://10.0.0.2:5081", ("north", "http://10.0.0.1:5081"), ("south", "http://10.0.0.2:5081")));
        _api.Down.Add("main");
        await LookAsync(book, finder);
        Assert.Equal(["main", "south"], book.Names);
    }

    [Fact]
    public async Task Look_NodeNotAnnouncedAnyMore_StaysWhileItAnswers_AndGoesThen()
    {
        var (book, finder) = Finder("http://10.0.0.1:5081");
        Announce("http://10.0.0.1:5081", ("north", "http://10.0.0.1:5081"), ("south", "http://10.0.0.2:5081"));
        await LookAsync(book, finder);
        Announce("http://10.0.0.1:5081", ("north", "http://10.0.0.1:5081"));
        await LookAsync(book, finder);
        Assert.Equal(["main", "south"], book.Names);

        _api.Down.Add("south");
        await LookAsync(book, finder);
        Assert.Equal(["main"], book.Names);
        Assert.Null(book.Find("south"));
    }

    [Fact]
    public async Task Look_NobodyAnswers_ChangesNothing()
    {
        var (book, finder) = Finder("http://10.0.0.1:5081");
        Announce("http://10.0.0.1:5081", ("south", "http://10.0.0.2:5081"));
        await LookAsync(book, finder);
        _api.Down.UnionWith(["main", "south"]);
        await LookAsync(book, finder);
        Assert.Equal(["main", "south"], book.Names);
    }

    [Theory]
    [InlineData("https://north.example:5081", "http://10.0.0.2:5081", false)]
    [InlineData("https://north.example:5081", "https://10.0.0.2:5081", true)]
    [InlineData("http://north.example:5081", "https://10.0.0.2:5081", true)]
    [InlineData("http://north.example:5081", "file:///etc/passwd", false)]
    [InlineData("http://north.example:5081", "south", false)]
    public async Task Look_TheKeyGoesOnlyWhereItIsAsSafe(string configured, string announced, bool shown)
    {
        var (book, finder) = Finder(configured);
        Announce(configured, ("south", announced));
        await LookAsync(book, finder);
        Assert.Equal(shown, book.Names.Contains("south"));
    }

    private (NodeBook Book, NodeFinder Finder) Finder(string url)
    {
        var book = new NodeBook(Options.Create(new NodesOptions { Nodes = [new() { Name = "main", Url = url, Key = Key }] }));
        return (book, new NodeFinder(_api, book, Options.Create(new AdminOptions { FindNodes = true }), TimeProvider.System, NullLogger<NodeFinder>.Instance));
    }

    /// <summary>What any node answers that has no answer of its own.</summary>
    private void Announce(string self, params (string Name, string Url)[] nodes) => _api.Answer(ManagementRoutes.Nodes, Answer(self, nodes));

    private static NodesAnswer Answer(string self, params (string Name, string Url)[] nodes) =>
        new() { Self = self, Nodes = [.. nodes.Select(n => new NodeView { Name = n.Name, Url = n.Url, Version = "1.0" })] };

    private async Task LookAsync(NodeBook book, NodeFinder finder)
    {
        await finder.LookAsync(default);
        _api.Nodes = book.Names;
    }
}
