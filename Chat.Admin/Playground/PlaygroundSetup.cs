namespace Chat.Admin.Playground;

internal static class PlaygroundSetup
{
    public static void AddPlayground(this WebApplicationBuilder builder)
    {
    }
}
