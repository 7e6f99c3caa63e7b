using Chat.Server.Workers;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = args,
        ContentRootPath = AppContext.BaseDirectory,
    });
    var plan = builder.AddWorkers(args);
    var app = builder.Build();
    app.UseWorkers();
    return await app.RunToExitCodeAsync();
}
catch (StartRefusedException refusal)
{
    return ServerRun.Refuse(refusal);
}
