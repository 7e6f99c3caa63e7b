namespace Chat.Server.Access.ApiKeys;

/// <summary>What a key may be used for.</summary>
internal static class ApiRoles
{
    public const string Publish = "publish";
    public const string Send = "send";
    public const string History = "history";
    public const string Members = "members";
    public const string Presence = "presence";

    public static readonly string[] All = [Publish, Send, History, Members, Presence];

    public static string[] Words(string text) => text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
}
