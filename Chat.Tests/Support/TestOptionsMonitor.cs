using Microsoft.Extensions.Options;

namespace Chat.Tests.Support;

/// <summary>Options that a test sets, for what follows their changes.</summary>
internal sealed class TestOptionsMonitor<T>(T options) : IOptionsMonitor<T>
{
    public T CurrentValue { get; set; } = options;

    public T Get(string? name) => CurrentValue;

    public IDisposable? OnChange(Action<T, string?> listener) => null;
}
