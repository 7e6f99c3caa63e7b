namespace Chat.Admin.Parts.Dialogs;

/// <summary>Asks the person in front of this page; one question at a time.</summary>
internal sealed class DialogDesk
{
    private TaskCompletionSource<Consent?>? _answer;

    public Question? Open { get; private set; }

    public event Action? Changed;

    /// <summary>Null: no.</summary>
    public Task<Consent?> AskAsync(Question question)
    {
        _answer?.TrySetResult(null);
        _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Open = question;
        Changed?.Invoke();
        return _answer.Task;
    }

    public void Answer(Consent? consent)
    {
        var answer = _answer;
        (_answer, Open) = (null, null);
        Changed?.Invoke();
        answer?.TrySetResult(consent);
    }
}
