namespace Chat.Admin.Parts.Tables;

/// <summary>Whether somebody is at a table: the pointer is over it or the focus in it.</summary>
internal sealed class TableUse
{
    private bool _pointed;
    private bool _focused;

    public bool Any => _pointed || _focused;

    public void Enter() => _pointed = true;

    public void Leave() => _pointed = false;

    public void Focus() => _focused = true;

    public void Blur() => _focused = false;
}
