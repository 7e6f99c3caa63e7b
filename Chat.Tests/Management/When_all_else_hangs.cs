using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Tests.Support;

namespace Chat.Tests.Management;

/// <summary>The management API answers within 2 s and honestly while what it asks does not answer at all.</summary>
public sealed class When_all_else_hangs
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Stopped_workers_and_a_hanging_database_make_answers_partial_and_not_late()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var settings = new ServerSettings { Workers = 2, Database = postgres.ConnectionString(await postgres.CreateDatabaseAsync()) }
            .With("Management:Keys:0:Name", "test").With("Management:Keys:0:Role", "admin").With("Management:Keys:0:Key", Key)

            // Nobody is to be killed and replaced while the test looks.
            .With("Workers:KillAfter", "00:10:00").With("Workers:UnresponsiveAfter", "00:05:00");
        await using var server = await ServerProcess.StartNewAsync(settings);
        server.Management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        await Eventually.TrueAsync(
            async () => (await server.Management.ReadAsync<Page<ConnectionView>>(ManagementRoutes.Connections)).Partial is null, "both workers answer", TimeSpan.FromSeconds(60));

        await postgres.PauseAsync();
        try
        {
            await RefusedInTimeAsync(server, ManagementRoutes.Conversations);
            await InTimeAsync<Overview>(server, ManagementRoutes.Overview);

            Signals.Send(server.WorkerIds()[0], Signal.Stop);

            // On a busy machine a process goes on for a moment after it was stopped.
            await Eventually.EqualAsync(
                "1 of 2 workers answered", async () => (await InTimeAsync<Page<ConnectionView>>(server, ManagementRoutes.Connections)).Partial?.Text, "who answered");

            Signals.Send(server.WorkerIds()[1], Signal.Stop);
            await RefusedInTimeAsync(server, ManagementRoutes.Connections);
            await RefusedInTimeAsync(server, ManagementRoutes.User.With("alice"));
            foreach (var route in (string[])[ManagementRoutes.Overview, ManagementRoutes.Workers, ManagementRoutes.Worker.With("w1"), ManagementRoutes.Alerts, ManagementRoutes.Health, ManagementRoutes.Settings, ManagementRoutes.Audit])
            {
                await InTimeAsync<object>(server, route);
            }
        }
        finally
        {
            server.WorkerIds().ToList().ForEach(id => Signals.Send(id, Signal.Continue));
            postgres.Resume();
        }
    }

    /// <summary>
    /// On a machine that is busy with other tests an answer, or the worker's that it is made of, may be late by chance; one that waits for what hangs is late
    /// every time.
    /// </summary>
    private static async Task<T> InTimeAsync<T>(ServerProcess server, string route)
        where T : class
    {
        var (answer, _) = await Eventually.GetAsync(
            async () =>
            {
                var watch = Stopwatch.StartNew();
                using var response = await server.Management.GetAsync(route);
                var text = await response.Content.ReadAsStringAsync();
                Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, text);
                return (response.IsSuccessStatusCode ? JsonSerializer.Deserialize<T>(text, ChatJson.Options) : null, watch.Elapsed);
            },
            timed => timed is { Item1: not null } && timed.Elapsed < Promised,
            $"{route} answers within {Promised.TotalSeconds} s");
        return answer!;
    }

    private static Task RefusedInTimeAsync(ServerProcess server, string route) => Eventually.TrueAsync(
        async () =>
        {
            var watch = Stopwatch.StartNew();
            var response = await server.Management.GetAsync(route);
            if (response.IsSuccessStatusCode)
            {
                return false;
            }

            var error = await response.RefusedAsync(503);
            Assert.Contains(error.Code, new[] { ManagementCodes.StorageUnavailable, ManagementCodes.WorkersUnavailable });
            Assert.True(error.Retryable);
            return watch.Elapsed < Promised;
        },
        $"{route} is refused within {Promised.TotalSeconds} s");
}
