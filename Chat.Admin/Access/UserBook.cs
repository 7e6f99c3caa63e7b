using System.Security.Cryptography;
using Chat.Admin.Access.Codes;
using Microsoft.Extensions.Options;

namespace Chat.Admin.Access;

/// <summary>Who may sign in. Passwords are kept as PBKDF2 hashes of the framework's own hasher.</summary>
internal sealed class UserBook
{
    internal const string NameTaken = "There is a user of that name.";
    internal const string NotTheFirst = "Somebody was faster: the first user is there.";

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly AdminOptions _limits;
    private readonly UserFile _file;
    private readonly PasswordHashes _hashes;
    private Dictionary<string, ConsoleUser> _users;
    private Dictionary<string, ConsoleSession> _sessions;

    public UserBook(IOptions<AdminOptions> options, TimeProvider time, int iterations = PasswordHashes.Iterations)
    {
        _time = time;
        _limits = options.Value;
        _hashes = new(iterations);
        _file = new UserFile(options.Value.Folder);
        var content = _file.Load();
        _users = content.Users.ToDictionary(u => u.Name, StringComparer.OrdinalIgnoreCase);
        _sessions = content.Sessions.ToDictionary(s => s.Id, StringComparer.Ordinal);
    }

    public bool IsEmpty => All.Count == 0;

    public IReadOnlyList<ConsoleUser> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _users.Values.OrderBy(u => u.Name, StringComparer.OrdinalIgnoreCase)];
            }
        }
    }

    public ConsoleUser? Find(string name)
    {
        lock (_gate)
        {
            return _users.GetValueOrDefault(name);
        }
    }

    /// <summary>The user, when name and password belong together and the user is not disabled.</summary>
    public ConsoleUser? Check(string name, string password)
    {
        var user = Find(name);
        return _hashes.Matches(user?.PasswordHash, password) && user is { Disabled: false } ? user : null;
    }

    /// <summary>Null when done, else why not.</summary>
    public string? Add(string name, string password, Role role, bool onlyTheFirst = false)
    {
        if (!UserNames.IsGood(name))
        {
            return UserNames.Bad;
        }

        if (PasswordRules.Problem(password, name) is { } problem)
        {
            return problem;
        }

        var hash = _hashes.Of(password);
        lock (_gate)
        {
            if (onlyTheFirst && _users.Count > 0)
            {
                return NotTheFirst;
            }

            if (_users.ContainsKey(name))
            {
                return NameTaken;
            }

            SaveHoldingLock(users: new(_users, _users.Comparer) { [name] = new(name, role, hash, Disabled: false, Version: 1, _time.GetUtcNow()) });
            return null;
        }
    }

    /// <summary>Ends all sessions of that user, except one.</summary>
    public string? SetPassword(string name, string password, string? exceptSession = null)
    {
        if (PasswordRules.Problem(password, name) is { } problem)
        {
            return problem;
        }

        var hash = _hashes.Of(password);
        return Change(name, user => user with { PasswordHash = hash }, exceptSession);
    }

    public string? SetRole(string name, Role role) => Change(name, user => user with { Role = role });

    public string? SetDisabled(string name, bool disabled) => Change(name, user => user with { Disabled = disabled });

    /// <summary>Null takes it away. Ends all sessions of that user, except one.</summary>
    public string? SetSecond(string name, SecondFactor? second, string? exceptSession = null) => Change(name, user => user with { Second = second }, exceptSession);

    /// <summary>A change that ends no session, decided while nobody else changes the user: what counts once is taken once.</summary>
    /// <param name="change">Null when there is nothing to change.</param>
    public bool Alter(string name, Func<ConsoleUser, ConsoleUser?> change)
    {
        lock (_gate)
        {
            if (!_users.TryGetValue(name, out var user) || change(user) is not { } changed)
            {
                return false;
            }

            SaveHoldingLock(users: new(_users, _users.Comparer) { [name] = changed });
            return true;
        }
    }

    public string? Remove(string name)
    {
        lock (_gate)
        {
            if (!_users.TryGetValue(name, out var user))
            {
                return "There is no such user.";
            }

            var users = new Dictionary<string, ConsoleUser>(_users, _users.Comparer);
            users.Remove(name);
            if (!HasAdmin(users))
            {
                return LastAdmin;
            }

            SaveHoldingLock(users, _sessions.Values.Where(s => !IsOf(s, user)).ToDictionary(s => s.Id));
            return null;
        }
    }

    public ConsoleSession Begin(ConsoleUser user, string address, string browser)
    {
        var session = new ConsoleSession(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), user.Name, user.Version, _time.GetUtcNow(), address, browser);
        lock (_gate)
        {
            SaveHoldingLock(sessions: new(_sessions) { [session.Id] = session });
        }

        return session;
    }

    /// <summary>The user of a session that is still good.</summary>
    public (ConsoleUser User, ConsoleSession Session)? Resolve(string? id)
    {
        lock (_gate)
        {
            return id is not null
                && _sessions.TryGetValue(id, out var session)
                && session.IsAlive(_time.GetUtcNow(), _limits)
                && _users.TryGetValue(session.User, out var user)
                && user.Version == session.UserVersion
                && !user.Disabled
                    ? (user, session)
                    : null;
        }
    }

    /// <summary>Somebody did something with that session, so it is not idle.</summary>
    public void Touch(string? id)
    {
        lock (_gate)
        {
            // To the thirtieth part of the time that counts: not a write to disk with every movement.
            var now = _time.GetUtcNow();
            if (Resolve(id) is { Session: var session } && now - (session.UsedAt ?? session.CreatedAt) >= _limits.SessionIdle / 30)
            {
                var sessions = new Dictionary<string, ConsoleSession>(_sessions) { [session.Id] = session with { UsedAt = now } };
                try
                {
                    SaveHoldingLock(sessions: sessions);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    // A full disk must not shut out those who are to make room on it; after a restart the session only counts as less used.
                    _sessions = sessions;
                }
            }
        }
    }

    public IReadOnlyList<ConsoleSession> SessionsOf(string? user)
    {
        lock (_gate)
        {
            return [.. _sessions.Values.Where(s => (user is null || s.User == user) && s.IsAlive(_time.GetUtcNow(), _limits)).OrderByDescending(s => s.CreatedAt)];
        }
    }

    public void End(Func<ConsoleSession, bool> which)
    {
        lock (_gate)
        {
            SaveHoldingLock(sessions: _sessions.Values.Where(s => !which(s)).ToDictionary(s => s.Id));
        }
    }

    private const string LastAdmin = "That is the last admin: somebody must be able to let others in.";

    private string? Change(string name, Func<ConsoleUser, ConsoleUser> change, string? exceptSession = null)
    {
        lock (_gate)
        {
            if (!_users.TryGetValue(name, out var user))
            {
                return "There is no such user.";
            }

            var changed = change(user) with { Version = user.Version + 1 };
            var users = new Dictionary<string, ConsoleUser>(_users, _users.Comparer) { [name] = changed };
            if (!HasAdmin(users))
            {
                return LastAdmin;
            }

            var sessions = _sessions.Values.Where(s => !IsOf(s, user) || s.Id == exceptSession)
                .ToDictionary(s => s.Id, s => IsOf(s, user) ? s with { UserVersion = changed.Version } : s);
            SaveHoldingLock(users, sessions);
            return null;
        }
    }

    private static bool HasAdmin(Dictionary<string, ConsoleUser> users) => users.Values.Any(u => u is { Role: Role.Admin, Disabled: false });

    private static bool IsOf(ConsoleSession session, ConsoleUser user) => session.User.Equals(user.Name, StringComparison.OrdinalIgnoreCase);

    // On disk first: what could not be kept has not happened.
    private void SaveHoldingLock(Dictionary<string, ConsoleUser>? users = null, Dictionary<string, ConsoleSession>? sessions = null)
    {
        users ??= _users;
        sessions ??= _sessions;
        _file.Save(new([.. users.Values], [.. sessions.Values]));
        (_users, _sessions) = (users, sessions);
    }
}
