using System.Text;
using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Management.Callers;
using Microsoft.Extensions.Options;

namespace Chat.Server.Management.Audit;

/// <summary>Who did what. Only added to, on disk before the answer leaves, chained so that a missing row shows; holds no bodies and no secrets.</summary>
internal sealed partial class AuditLog : IDisposable
{
    private const int LongestText = 500;
    private static readonly Caller Itself = new("server", ManagementRole.Admin, "itself", null, "", Delegates: false);

    private readonly Lock _lock = new();
    private readonly AuditFiles _files;
    private readonly int _fileBytes;
    private readonly ManagementMeter _meter;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditLog> _logger;
    private AuditHead? _head;
    private FileStream? _file;
    private int _fileNumber;

    public AuditLog(IOptions<ManagementOptions> options, ManagementMeter meter, TimeProvider time, ILogger<AuditLog> logger)
    {
        _files = new(options.Value.AuditFolder);
        _fileBytes = options.Value.AuditFileBytes;
        _meter = meter;
        _time = time;
        _logger = logger;
    }

    /// <summary>The action happened.</summary>
    public event Action<AuditEntry>? Appended;

    /// <summary>False: it could not be written, which is told in the log of the process.</summary>
    public bool TryAppend(AuditDraft draft)
    {
        AuditEntry row;
        try
        {
            lock (_lock)
            {
                OpenLocked();
                row = AppendLocked(draft);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _meter.AuditLost();
            Log.AuditNotWritten(_logger, draft.Action, error.GetType().Name);
            CloseFile();
            return false;
        }

        Appended?.Invoke(row);
        return true;
    }

    /// <summary>Newest first, those before row <paramref name="before"/>; looks at no more than <paramref name="most"/> rows.</summary>
    public Stretch<AuditEntry> Read(Func<AuditEntry, bool> where, long? before, int limit, int most, CancellationToken timeUp)
    {
        var found = new List<AuditEntry>();
        long? reached = null;
        var looked = 0;
        foreach (var row in _files.RowsBackwards().OfType<AuditEntry>().SkipWhile(r => r.Number >= before))
        {
            reached = row.Number;
            if (where(row))
            {
                found.Add(row);
            }

            if (found.Count == limit || ++looked == most || timeUp.IsCancellationRequested)
            {
                break;
            }
        }

        return new() { Items = found, Before = reached > 1 ? reached : null };
    }

    public AuditVerification Verify(CancellationToken timeUp)
    {
        AuditHead end;
        lock (_lock)
        {
            OpenLocked();
            end = _head!;
        }

        return AuditChain.Verify(_files.Rows(), end, timeUp);
    }

    public static string Short(string text) => Clean(text.Length <= LongestText ? text : text[..LongestText]);

    public void Dispose() => CloseFile();

    private void OpenLocked()
    {
        if (_file is not null)
        {
            return;
        }

        Directory.CreateDirectory(_files.Folder);
        _fileNumber = _files.Numbers() is { Count: > 0 } numbers ? numbers[^1] : 1;
        var path = _files.PathOf(_fileNumber);
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var cut = CutTornRow(_file);
        var last = _files.RowsBackwards().FirstOrDefault() is { } row ? new AuditHead(row.Number, row.Hash) : AuditHead.Empty;
        var known = ReadHead();
        _file.Seek(0, SeekOrigin.End);

        // The head file is written after the row, so it may be one behind; ahead of the log it can only be when rows are gone.
        var lost = known.Number > last.Number;
        _head = lost ? known : last;
        if (lost || cut)
        {
            Log.AuditDamaged(_logger, last.Number, known.Number);
            AppendLocked(new AuditDraft(Itself, "audit.damaged", $"row/{last.Number + 1}", lost ? $"rows up to {known.Number} are missing" : "a row that was not finished was cut", AuditResults.Failed, null, null, ""));
        }
    }

    private AuditEntry AppendLocked(AuditDraft draft)
    {
        if (_file!.Length >= _fileBytes)
        {
            _file.Dispose();
            _file = new FileStream(_files.PathOf(++_fileNumber), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        }

        var row = AuditChain.Link(_head!, new AuditEntry
        {
            At = _time.GetUtcNow(),
            Actor = Clean(draft.Caller.Name),
            Role = RoleNames.Of(draft.Caller.Role),
            Address = draft.Caller.Address,
            Action = Short(draft.Action),
            Object = Short(draft.Object),
            Reason = draft.Reason is { } reason ? Short(reason) : null,
            Result = draft.Result,
            Before = draft.Before is { } was ? Short(was) : null,
            After = draft.After is { } now ? Short(now) : null,
            CorrelationId = draft.CorrelationId,
        });
        _file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(row, ChatJson.Options) + "\n"));
        _file.Flush(flushToDisk: true);
        _head = new(row.Number, row.Hash);
        File.WriteAllText(_files.HeadPath, JsonSerializer.Serialize(_head, ChatJson.Options));
        return row;
    }

    private AuditHead ReadHead()
    {
        try
        {
            return File.Exists(_files.HeadPath) && JsonSerializer.Deserialize<AuditHead>(File.ReadAllText(_files.HeadPath), ChatJson.Options) is { } head ? head : AuditHead.Empty;
        }
        catch (JsonException)
        {
            // Written when the power went; the rows vouch for themselves up to the last.
            return AuditHead.Empty;
        }
    }

    /// <summary>A row that a crash cut off was never answered; what follows must begin on a line of its own.</summary>
    private static bool CutTornRow(FileStream file)
    {
        var length = file.Length;
        while (length > 0)
        {
            file.Position = length - 1;
            if (file.ReadByte() == '\n')
            {
                break;
            }

            length--;
        }

        var torn = length < file.Length;
        file.SetLength(length);
        return torn;
    }

    private void CloseFile()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private static string Clean(string text) => text.Any(char.IsControl) ? new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]) : text;

    private static partial class Log
    {
        [LoggerMessage(3410, LogLevel.Critical, "A row of the audit log ({Action}) could not be written: {Reason}", EventName = nameof(AuditNotWritten))]
        public static partial void AuditNotWritten(ILogger logger, string action, string reason);

        [LoggerMessage(3411, LogLevel.Critical, "The audit log is damaged: it ends with row {Last}, row {Known} was written", EventName = nameof(AuditDamaged))]
        public static partial void AuditDamaged(ILogger logger, long last, long known);
    }
}
