using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;

namespace Chat.Server.Management.Answering;

/// <summary>Nothing is ever given up and nobody is shut out by this server: there is nothing to list and nothing to do about it.</summary>
internal static class LetterAnswers
{
    private static readonly Refusal NotHere = new(ManagementCodes.NotSupported, "This server keeps no dead letters and no blocks.");

    public static Task<Reply<Cut<DeadLetterView>>> ListAsync(LettersQuestion question, CancellationToken timeUp) => Done(new Cut<DeadLetterView>(0, false, []));

    public static Task<Reply<DeadLetterGroup[]>> GroupsAsync(LetterGroupsQuestion question, CancellationToken timeUp) => Done(Array.Empty<DeadLetterGroup>());

    public static Task<Reply<DeadLetterResult>> ActAsync(LetterActQuestion question, CancellationToken timeUp) => Task.FromResult<Reply<DeadLetterResult>>(NotHere);

    public static Task<Reply<Cut<BlockView>>> BlocksAsync(BlocksQuestion question, CancellationToken timeUp) => Done(new Cut<BlockView>(0, false, []));

    public static Task<Reply<BlockChange>> BlockAsync(BlockQuestion question, CancellationToken timeUp) => Task.FromResult<Reply<BlockChange>>(NotHere);

    public static Task<Reply<BlockChange>> UnblockAsync(UnblockQuestion question, CancellationToken timeUp) => Task.FromResult<Reply<BlockChange>>(NotHere);

    private static Task<Reply<T>> Done<T>(T answer) => Task.FromResult<Reply<T>>(answer);
}
