using Microsoft.AspNetCore.Components;

namespace Chat.Admin.Parts.Dialogs;

/// <summary>What is asked before something is done: it names the object and the effect.</summary>
internal sealed record Question(string Title, string Effect, string Confirm)
{
    /// <summary>Must be typed, letter by letter, where much is at stake.</summary>
    public string? Typed { get; init; }

    /// <summary>Goes into the audit log.</summary>
    public bool ReasonRequired { get; init; }

    /// <summary>What the field for the reason is called.</summary>
    public string ReasonLabel { get; init; } = "Reason (for the audit log)";

    /// <summary>A few of the objects, when they are many.</summary>
    public IReadOnlyList<string> Sample { get; init; } = [];

    public bool Danger { get; init; }

    /// <summary>Further fields.</summary>
    public RenderFragment? Body { get; init; }

    /// <summary>Null when the fields will do, else why not.</summary>
    public Func<string?>? Problem { get; init; }
}

/// <summary>Yes, with what was given as the reason.</summary>
internal sealed record Consent(string Reason);
