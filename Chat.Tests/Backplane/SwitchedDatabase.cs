using Chat.Server.Backplane;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Backplane;

/// <summary>A database that is there or not, as the test says.</summary>
internal sealed class SwitchedDatabase : IDatabaseProbe
{
    private volatile bool _isAvailable = true;

    public bool IsAvailable
    {
        get => _isAvailable;
        set => _isAvailable = value;
    }

    public void Register(IServiceCollection services) => services.AddSingleton<IDatabaseProbe>(this);
}
