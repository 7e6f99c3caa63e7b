using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>The compiled models are those of the code.</summary>
public sealed class CompiledModelTests
{
    [Fact]
    public void Sqlite_IsThatOfTheCode() => AssertCurrent(new SqliteDesignTime().CreateDbContext([]));

    [Fact]
    public void Postgres_IsThatOfTheCode() => AssertCurrent(new PostgresDesignTime().CreateDbContext([]));

    private static void AssertCurrent(ChatDb context)
    {
        using var db = context;
        Assert.True(db.Model.GetType().Namespace!.StartsWith(typeof(ChatDb).Namespace + ".Compiled.", StringComparison.Ordinal), "the compiled model is not used");
        var code = Describe(db.GetService<IDesignTimeModel>().Model);
        Assert.NotEmpty(code);
        var name = db.GetType().Name;
        var folder = name.Replace(nameof(ChatDb), "", StringComparison.Ordinal);
        Assert.True(code.SequenceEqual(Describe(db.Model)), $"""
            Compile the model anew:
              dotnet ef dbcontext optimize --project Chat.Server -c {name} -o Storage/Model/Compiled/{folder} -n Chat.Server.Storage.Model.Compiled.{folder}
            {string.Join('\n', code.Except(Describe(db.Model)).Concat(Describe(db.Model).Except(code)))}
            """);
    }

    private static List<string> Describe(IModel model) =>
    [
        .. model.GetEntityTypes().OrderBy(e => e.Name, StringComparer.Ordinal).SelectMany(e => (IEnumerable<string>)
        [
            $"{e.Name} {e.GetTableName()}",
            .. e.GetProperties().Select(p => string.Join(' ', e.Name, p.Name, p.ClrType.Name, p.GetColumnName(), p.GetColumnType(), p.IsNullable, p.ValueGenerated, p.IsConcurrencyToken, p.GetMaxLength())),
            .. e.GetKeys().Select(k => $"{e.Name} key {Names(k.Properties)}"),
            .. e.GetIndexes().Select(i => $"{e.Name} index {Names(i.Properties)} {i.IsUnique}"),
            .. e.GetForeignKeys().Select(f => $"{e.Name} refers by {Names(f.Properties)}"),
        ]),
    ];

    private static string Names(IReadOnlyList<IProperty> properties) => string.Join(',', properties.Select(p => p.Name));
}
