namespace Chat.Admin.Access;

/// <summary>Each may what the one before may.</summary>
public enum Role
{
    Viewer,
    Operator,
    Admin,
}
