using System.Text;
using Microsoft.Extensions.Options;

namespace Chat.Server.Access.ApiKeys;

/// <summary>Refuses to start with a key that others know or that can be guessed. Messages name the place, never the key.</summary>
internal sealed class ApiOptionsValidator(IHostEnvironment environment) : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options)
    {
        var failures = new List<string>();
        for (var i = 0; i < options.Keys.Length; i++)
        {
            var (key, at) = (options.Keys[i], $"Api:Keys:{i}");
            if (!Names.IsUser(Callers.ServiceName(key.Name)) || key.Name.Length == 0)
            {
                failures.Add($"{at}:Name: 1 to {Names.MaxUser - Callers.ServicePrefix.Length} printable characters, no blank at the ends.");
            }

            if (Array.FindIndex(options.Keys, k => k.Name == key.Name || k.Key == key.Key) < i)
            {
                failures.Add($"{at}: its name or its key is there twice.");
            }

            if (key.Key.Length == 0)
            {
                failures.Add($"{at}:Key is empty; make one with `openssl rand -base64 48`.");
            }
            else if (!environment.IsDevelopment() && (Encoding.UTF8.GetByteCount(key.Key) < AuthOptionsValidator.MinKeyBytes || AuthOptionsValidator.IsSample(key.Key)))
            {
                failures.Add($"{at}:Key is shorter than {AuthOptionsValidator.MinKeyBytes} bytes or looks like a sample; make one with `openssl rand -base64 48`.");
            }

            foreach (var role in ApiRoles.Words(key.Roles).Except(ApiRoles.All))
            {
                failures.Add($"{at}:Roles: '{role}' is none of {string.Join(", ", ApiRoles.All)}.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
