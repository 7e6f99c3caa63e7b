using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Views;
using Chat.Server.Telemetry.Charts;

namespace Chat.Server.Management.Routes;

/// <summary>Charts of the past, and what is owed.</summary>
internal sealed class ChartRoutes(ChartBook charts, EventViews events, OverviewBuilder overview, QueueViews queue, TimeProvider time) : IManagementRoutes
{
    private static readonly (string Name, TimeSpan Length)[] Ranges =
    [
        ("15m", TimeSpan.FromMinutes(15)), ("1h", TimeSpan.FromHours(1)), ("6h", TimeSpan.FromHours(6)), ("24h", TimeSpan.FromHours(24)), ("7d", TimeSpan.FromDays(7)),
    ];

    /// <summary>What a line has at most: a coarser step is told as the mean of the finer ones.</summary>
    private const int MostPoints = 1_600;

    public void Map(ManagementMap map)
    {
        map.Get<QueueAnswer>(ManagementRoutes.Queue, "What is owed to connected devices", _ => queue.Of(overview.Current()));
        map.Get<ChartList>(
            ManagementRoutes.Charts, "The charts there are", _ => new ChartList([.. ChartDefinition.All.Select(View)], [.. Ranges.Select(r => r.Name)]));
        map.Get<ChartAnswer>(ManagementRoutes.Chart, "One chart over one range", Chart, ["range", "previous"]);
    }

    private Reply<ChartAnswer> Chart(ManagementCall call)
    {
        var name = call.Query.OneOf("range", [.. Ranges.Select(r => r.Name)]) ?? "1h";
        var previous = call.Query.Flag("previous");
        if (call.Query.Problem is { } wrong)
        {
            return wrong;
        }

        if (ChartDefinition.All.FirstOrDefault(c => c.Name == call.Id) is not { } chart)
        {
            return Refusal.NotFound("chart");
        }

        var length = Ranges.First(r => r.Name == name).Length;
        var ago = previous ? length : TimeSpan.Zero;
        var lines = charts.Read(chart.Name, length, ago);
        var begin = lines.Count > 0 ? lines[0].From : time.GetUtcNow() - length - ago;
        var end = begin + length;
        var step = lines.Count > 0 ? lines[0].Step : TimeSpan.Zero;
        var thin = lines.Count > 0 ? (lines.Max(l => l.Values.Count) + MostPoints - 1) / MostPoints : 1;
        return new ChartAnswer
        {
            Chart = View(chart),
            Range = name,
            From = begin,
            StepSeconds = step.TotalSeconds * thin,
            Lines = [.. lines.Select(l => new Chat.Contracts.Management.ChartLine(l.Name, Thin(l.Values, thin)))],
            Markers = [.. events.Latest().Where(e => e.At >= begin && e.At <= end && e.Kind is "alert" or "worker" or "start" or "deploy").OrderBy(e => e.At).Select(e => new ChartMarker(e.At, e.Kind, $"{e.Target} {e.Text}"))],
        };
    }

    private static double?[] Thin(IReadOnlyList<float?> values, int by)
    {
        var thinned = new double?[(values.Count + by - 1) / by];
        for (var i = 0; i < thinned.Length; i++)
        {
            double sum = 0;
            var count = 0;
            for (var j = i * by; j < Math.Min(values.Count, (i + 1) * by); j++)
            {
                if (values[j] is { } value)
                {
                    sum += value;
                    count++;
                }
            }

            thinned[i] = count > 0 ? sum / count : null;
        }

        return thinned;
    }

    private static ChartView View(ChartDefinition chart) => new()
    {
        Name = chart.Name,
        Group = chart.Group,
        Title = chart.Title,
        Unit = chart.Unit,
        By = chart.By.Length > 0 ? chart.By : chart.Kind == ChartKind.Quantiles ? "quantile" : "",
        Percentiles = chart.Kind == ChartKind.Quantiles,
    };
}
