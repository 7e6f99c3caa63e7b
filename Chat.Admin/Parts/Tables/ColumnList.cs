namespace Chat.Admin.Parts.Tables;

/// <summary>The columns of one table, in order. The fields announce themselves; the table and the chooser beside its title listen.</summary>
public sealed class ColumnList<T>(string table)
{
    private readonly List<Field<T>> _fields = [];

    public event Action? Changed;

    /// <summary>Under this name the browser keeps what is shown.</summary>
    public string Table => table;

    /// <summary>All but the first: without it nobody knows what a row is about.</summary>
    public IEnumerable<Field<T>> Choosable => _fields.Skip(1);

    internal void Add(Field<T> field)
    {
        _fields.Add(field);
        Changed?.Invoke();
    }

    internal void Remove(Field<T> field) => _fields.Remove(field);

    internal IEnumerable<Field<T>> Shown(ColumnChoice choice) => _fields.Where((field, place) => place == 0 || choice.IsShown(table, field.Title, field.Optional));
}
