using Chat.Admin.Access;

namespace Chat.Admin.Live;

/// <summary>How often a page is brought up to date.</summary>
internal enum Cadence
{
    Live = 1,
    Five = 5,
    Ten = 10,
    Thirty = 30,
    Off = 0,
}

/// <summary>
/// One open page: who looks, how often the page wants to be told, whether anybody can see it. Parts listen here, not at the
/// sampler, so that a hidden or paused page costs nothing.
/// </summary>
internal sealed class Viewer : IDisposable
{
    private readonly Sampler _sampler;
    private readonly TimeProvider _time;
    private long _toldAt;
    private bool _hidden;
    private bool _paused;
    private bool _connected;

    public Viewer(Sampler sampler, TimeProvider time)
    {
        _sampler = sampler;
        _time = time;
        Picture = sampler.Current;
    }

    public LivePicture Picture { get; private set; }

    public TileHistory History => _sampler.History;

    public Actor? Actor { get; set; }

    /// <summary>How far the browser's clock is ahead of UTC; null until it has said so.</summary>
    public TimeSpan? ClockOffset { get; set; }

    public Cadence Cadence { get; private set; } = Cadence.Live;

    public bool Paused => _paused || Cadence is Cadence.Off;

    public Role Role => Actor?.Role ?? Role.Viewer;

    /// <summary>There is something new to show. On the sampler's thread.</summary>
    public event Action? Changed;

    public bool May(Role least) => Actor?.May(least) is true;

    /// <summary>While a page is only prerendered nobody needs to be told anything.</summary>
    public void Connect()
    {
        if (!_connected)
        {
            _connected = true;
            _sampler.Changed += OnChanged;
        }
    }

    public void SetHidden(bool hidden)
    {
        _hidden = hidden;
        if (!hidden)
        {
            CatchUp();
        }
    }

    public void SetCadence(Cadence cadence)
    {
        Cadence = cadence;
        _paused = false;
        CatchUp();
    }

    public void TogglePause()
    {
        _paused = !_paused;
        CatchUp();
    }

    /// <summary>Now, whatever the cadence.</summary>
    public void CatchUp()
    {
        Picture = _sampler.Current;
        _toldAt = _time.GetTimestamp();
        Changed?.Invoke();
    }

    public void Dispose() => _sampler.Changed -= OnChanged;

    private void OnChanged(LivePicture picture)
    {
        if (_hidden || Paused)
        {
            return;
        }

        // A little less than the interval: ticks are never exact.
        if (Cadence is not Cadence.Live && _time.GetElapsedTime(_toldAt) < TimeSpan.FromSeconds((int)Cadence - 0.5))
        {
            return;
        }

        Picture = picture;
        _toldAt = _time.GetTimestamp();
        Changed?.Invoke();
    }
}
