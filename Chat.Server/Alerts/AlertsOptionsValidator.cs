using System.Net.Mail;
using Chat.Server.Alerts.Rules;
using Microsoft.Extensions.Options;

namespace Chat.Server.Alerts;

internal sealed class AlertsOptionsValidator : IValidateOptions<AlertsOptions>
{
    public ValidateOptionsResult Validate(string? name, AlertsOptions options)
    {
        var problems = new List<string>();
        foreach (var (rule, settings) in options.Rules)
        {
            if (AlertRules.Find(rule) is not { } known)
            {
                problems.Add($"Alerts:Rules:{rule} names no rule; the rules are {string.Join(", ", AlertRules.All.Select(r => r.Name))}.");
            }
            else if ((RuleSettings.Problem(settings.Threshold, settings.For, settings.KeepFiringFor) ?? known.Defaults.ProblemOf(settings.Window)) is { } problem)
            {
                problems.Add($"Alerts:Rules:{rule}: {problem}");
            }
        }

        // Receivers are elsewhere: a path says nothing to them.
        if (options.RunbookUrl.Length > 0 && !IsWebAddress(options.RunbookUrl))
        {
            problems.Add("Alerts:RunbookUrl must be an absolute http or https address, or empty.");
        }

        foreach (var webhook in options.Webhooks)
        {
            if (!IsWebAddress(webhook.Url))
            {
                problems.Add($"Alerts:Webhooks: the Url of {webhook.Name} must be an absolute http or https address.");
            }
        }

        if (options.Webhooks.Select(w => w.Name).Concat(["log", "email"]).GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Any(g => g.Count() > 1))
        {
            problems.Add("Alerts:Webhooks: each needs a Name of its own, other than log and email.");
        }

        if (options.Smtp.Host.Length > 0)
        {
            if (!MailAddress.TryCreate(options.Smtp.From, out _))
            {
                problems.Add("Alerts:Smtp:From must be an e-mail address when Alerts:Smtp:Host is set.");
            }

            if (options.Smtp.To.Count == 0 || !options.Smtp.To.All(to => MailAddress.TryCreate(to, out _)))
            {
                problems.Add("Alerts:Smtp:To must list at least one e-mail address when Alerts:Smtp:Host is set.");
            }
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static bool IsWebAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
}
