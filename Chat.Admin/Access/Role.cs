namespace Chat.Admin.Access;

/// <summary>Each may what the one before may.</summary>
internal enum Role
{
    Viewer,
    Operator,
    Admin,
}
