using System.Runtime.InteropServices;

/// <summary>
/// Faults for real server processes: the runtime calls this before the program's own start when <c>DOTNET_STARTUP_HOOKS</c> names the assembly of the
/// tests, so that the product itself needs no switches to be broken by. Its name, and that it has no namespace, are the runtime's wish.
/// </summary>
internal static class StartupHook
{
    /// <summary>What a worker does on SIGUSR1: "exit0", "starve", "throw", "eat" or "swallow".</summary>
    public const string OnSignal = "CHAT_TEST_ON_SIGNAL";

    /// <summary>While a file of this name exists, workers refuse to start: its text is the exit code.</summary>
    public const string RefuseWhile = "CHAT_TEST_REFUSE_WHILE";

    private const int Usr1 = 10;
    private static PosixSignalRegistration? _registration;

    public static void Initialize()
    {
        if (!Environment.GetCommandLineArgs().Contains("worker"))
        {
            return;
        }

        if (Environment.GetEnvironmentVariable(RefuseWhile) is { } file && File.Exists(file))
        {
            Console.Error.WriteLine("refused by the test");
            Environment.Exit(int.Parse(File.ReadAllText(file), System.Globalization.CultureInfo.InvariantCulture));
        }

        _registration = PosixSignalRegistration.Create((PosixSignal)Usr1, context =>
        {
            context.Cancel = true;
            Break(Environment.GetEnvironmentVariable(OnSignal));
        });
    }

    private static void Break(string? how)
    {
        switch (how)
        {
            case "exit0":
                Environment.Exit(0);
                break;
            case "throw":
                new Thread(() => throw new InvalidOperationException("thrown by the test")).Start();
                break;
            case "eat":
                new Thread(Eat).Start();
                break;
            case "swallow":
                new Thread(Swallow).Start();
                break;
            case "starve":
                for (var i = 0; i < 500; i++)
                {
                    ThreadPool.QueueUserWorkItem(_ => Thread.Sleep(TimeSpan.FromSeconds(10)));
                }

                break;
        }
    }

    /// <summary>Takes memory that the runtime does not know of, so that no limit of its heap ends it before the kernel does.</summary>
    private static void Swallow()
    {
        var bite = new byte[1024 * 1024];
        Array.Fill(bite, (byte)1);
        while (true)
        {
            Marshal.Copy(bite, 0, Marshal.AllocHGlobal(bite.Length), bite.Length);
        }
    }

    private static void Eat()
    {
        var eaten = new List<byte[]>();
        while (true)
        {
            var bite = new byte[1024 * 1024];
            Array.Fill(bite, (byte)1);
            eaten.Add(bite);
        }
    }
}
