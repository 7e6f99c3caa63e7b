using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Tests.Alerts.Channels;

/// <summary>As much of a mail server as a client needs.</summary>
internal sealed class SmtpListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public SmtpListener()
    {
        _listener.Start();
        _loop = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<Mail> Mails { get; } = new();

    /// <summary>Answers to RCPT; when there are none left it is taken.</summary>
    public ConcurrentQueue<string> Refusals { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        await using var writer = new StreamWriter(client.GetStream(), Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
        var mail = new Mail();
        await writer.WriteLineAsync("220 test");
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "RCPT" when Refusals.TryDequeue(out var refusal):
                    await writer.WriteLineAsync(refusal);
                    break;
                case "RCPT":
                    mail.To.Add(line);
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    while (await reader.ReadLineAsync(_stop.Token) is { } text && text != ".")
                    {
                        mail.Lines.Add(text);
                    }

                    Mails.Enqueue(mail);
                    await writer.WriteLineAsync("250 taken");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("250 ok");
                    break;
            }
        }
    }

    internal sealed class Mail
    {
        public List<string> To { get; } = [];

        public List<string> Lines { get; } = [];

        public string Text => string.Join('\n', Lines);

        /// <summary>All parts with their transfer encodings undone.</summary>
        public string Decoded
        {
            get
            {
                var text = new StringBuilder();
                foreach (var line in Lines)
                {
                    try
                    {
                        text.Append(line.Length > 0 && line.Length % 4 == 0 ? Encoding.UTF8.GetString(Convert.FromBase64String(line)) : line + "\n");
                    }
                    catch (FormatException)
                    {
                        text.Append(line).Append('\n');
                    }
                }

                return text.ToString().Replace("=\n", "", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
            }
        }
    }
}
