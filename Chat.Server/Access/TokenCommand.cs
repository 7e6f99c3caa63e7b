using System.Globalization;

namespace Chat.Server.Access;

/// <summary><c>token USER [SECONDS]</c>: prints a token that this server takes.</summary>
internal static class TokenCommand
{
    public const string Usage = "token USER [SECONDS]";

    public static int Run(WebApplicationBuilder builder, IReadOnlyList<string> words)
    {
        TimeSpan? lifetime = null;
        if (words.Count == 2 && double.TryParse(words[1], CultureInfo.InvariantCulture, out var seconds) && seconds > 0)
        {
            lifetime = TimeSpan.FromSeconds(seconds);
        }

        if (words.Count is 0 or > 2 || (words.Count == 2 && lifetime is null) || !Names.IsUser(words[0]))
        {
            Console.Error.WriteLine($"Usage: {Usage}");
            return 2;
        }

        builder.Services.AddAccess();
        using var services = builder.Services.BuildServiceProvider();
        try
        {
            if (services.GetRequiredService<TokenIssuer>().Issue(words[0], lifetime) is { } token)
            {
                Console.WriteLine(token);
                return 0;
            }

            Console.Error.WriteLine("Auth:Authority issues the tokens of this server.");
        }
        catch (Microsoft.Extensions.Options.OptionsValidationException e)
        {
            Console.Error.WriteLine(string.Join(Environment.NewLine, e.Failures));
        }

        return 1;
    }
}
