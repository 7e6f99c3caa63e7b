using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Server.Access;

/// <summary>The symmetric key of this server's tokens; null when an authority signs them.</summary>
internal sealed class TokenKey(IOptions<AuthOptions> options, IConfiguration configuration, IHostEnvironment environment)
{
    public SymmetricSecurityKey? Key { get; } = Resolve(options.Value, configuration, environment);

    private static SymmetricSecurityKey? Resolve(AuthOptions options, IConfiguration configuration, IHostEnvironment environment)
    {
        if (options.Authority.Length > 0)
        {
            return null;
        }

        // The options' validator lets a missing key pass in Development only.
        var text = options.SigningKey.Length > 0 || !environment.IsDevelopment()
            ? options.SigningKey
            : DevelopmentKey.LoadOrCreate(DevelopmentKey.FolderOf(configuration.GetConnectionString("Chat")));
        return new SymmetricSecurityKey(Encoding.UTF8.GetBytes(text));
    }
}
