using Spectre.Console;

namespace Chat.Bench.Results;

/// <summary>Tells whoever waits how far the run is.</summary>
internal interface IProgressDisplay
{
    /// <summary>The next turn begins.</summary>
    void Step(int number, int of, string what);

    /// <summary>How the current turn goes.</summary>
    void Live(string state);
}

/// <summary>One line a turn: for logs and pipes.</summary>
internal sealed class PlainDisplay : IProgressDisplay
{
    public void Step(int number, int of, string what) => Console.WriteLine($"[{number}/{of}] {what}");

    public void Live(string state)
    {
        // A line a second would drown the log.
    }
}

/// <summary>A bar for the whole run and a line that moves: for a terminal.</summary>
internal sealed class TerminalDisplay(ProgressTask run) : IProgressDisplay
{
    private string _what = "";

    /// <summary>Runs the work with a display that fits where the output goes.</summary>
    public static async Task WithAsync(Func<IProgressDisplay, Task> work)
    {
        if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive)
        {
            await work(new PlainDisplay());
            return;
        }

        await AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(progress => work(new TerminalDisplay(progress.AddTask("start"))));
    }

    public void Step(int number, int of, string what)
    {
        _what = what;
        run.MaxValue = of;
        run.Value = number - 1;
        run.Description = Markup.Escape(what);
    }

    public void Live(string state) => run.Description = Markup.Escape($"{_what}: {state}");
}
