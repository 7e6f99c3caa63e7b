using Chat.Contracts.Management;
using Chat.Server.Alerts;
using Chat.Server.Management.Views;

namespace Chat.Server.Management.Live;

/// <summary>Finds what changed between two looks at the alerts.</summary>
internal sealed class AlertTransitions(IAlertBook book, AlertViews views)
{
    private const string Gone = "gone";
    private Dictionary<string, Alerts.AlertView> _known = Open(book.Current);

    public IReadOnlyList<AlertChange> Next()
    {
        var now = Open(book.Current);
        var before = Interlocked.Exchange(ref _known, now);
        var changes = new List<AlertChange>();
        foreach (var (fingerprint, alert) in now)
        {
            var known = before.GetValueOrDefault(fingerprint);
            if (known is null || known.Phase != alert.Phase || known.Acknowledged != alert.Acknowledged || known.SilencedBy != alert.SilencedBy)
            {
                changes.Add(new(known is null ? null : Word(known.Phase), Word(alert.Phase), views.View(alert)));
            }
        }

        foreach (var alert in before.Values.Where(a => !now.ContainsKey(a.Fingerprint)))
        {
            var ended = alert.Phase == AlertPhase.Firing ? book.History().FirstOrDefault(a => a.Fingerprint == alert.Fingerprint) ?? alert : alert;
            changes.Add(new(Word(alert.Phase), alert.Phase == AlertPhase.Firing ? Word(AlertPhase.Resolved) : Gone, views.View(ended)));
        }

        return changes;
    }

    private static Dictionary<string, Alerts.AlertView> Open(AlertsPicture picture) =>
        picture.Firing.Concat(picture.Pending).ToDictionary(a => a.Fingerprint, StringComparer.Ordinal);

    private static string Word(AlertPhase phase) => phase.ToString().ToLowerInvariant();
}
