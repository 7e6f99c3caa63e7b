using System.Globalization;
using System.Net.Http.Json;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Bench.Targets;

/// <summary>One node with several workers on one port: the kernel chooses who gets a connection, and the management API tells who got it.</summary>
internal sealed class WorkersTarget(ProductOptions options, TimeProvider time) : ProductTarget(TargetKind.TwoWorkers, options, time)
{
    private const int LargestPage = 100;

    /// <summary>With twice as many as are wanted, too few at one of two workers is a matter of once in many thousand runs.</summary>
    public override int ConnectionsPerWanted => 2;

    public override async Task<IReadOnlyList<string>?> PlacesAsync(IReadOnlyList<string> users, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Management, Timeout = TimeSpan.FromSeconds(5) };
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var tries = 0; tries < 50; tries++)
        {
            // A handshake is answered a moment before the connection is in any list.
            var workers = await WorkersOfAsync(http, Shared(users), cancellationToken);
            if (users.All(workers.ContainsKey))
            {
                return [.. users.Select(u => workers[u])];
            }

            await poll.WaitForNextTickAsync(cancellationToken);
        }

        throw new InvalidOperationException("The management API does not list all connections.");
    }

    private static async Task<Dictionary<string, string>> WorkersOfAsync(HttpClient http, string search, CancellationToken cancellationToken)
    {
        var workers = new Dictionary<string, string>();
        for (var page = 1; ; page++)
        {
            var address = string.Create(CultureInfo.InvariantCulture, $"{ManagementRoutes.Connections}?sort=user&size={LargestPage}&page={page}&q={search}");
            var found = await http.GetFromJsonAsync<Page<ConnectionView>>(address, ChatJson.Options, cancellationToken);
            foreach (var connection in found!.Items)
            {
                workers[connection.User] = connection.Worker;
            }

            if (found.Items.Count < LargestPage)
            {
                return workers;
            }
        }
    }

    /// <summary>What the names of one run begin with.</summary>
    private static string Shared(IReadOnlyList<string> users) => users[0][..(users[0].IndexOf('-', StringComparison.Ordinal) + 1)];
}
