using Chat.Admin.Access;
using Microsoft.AspNetCore.Components;

namespace Chat.Admin.Parts;

/// <summary>A password for somebody else while it is being written.</summary>
public sealed class PasswordDraft
{
    public string User { get; init; } = "";

    public string Password { get; set; } = "";

    internal RenderFragment Body => builder =>
    {
        builder.OpenComponent<PasswordFields>(0);
        builder.AddComponentParameter(1, nameof(PasswordFields.Draft), this);
        builder.CloseComponent();
    };

    internal string? Problem() => PasswordRules.Problem(Password, User);
}
