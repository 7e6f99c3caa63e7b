using System.Globalization;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Management.Callers;
using Microsoft.Extensions.Options;

namespace Chat.Server.Management.Routes;

internal sealed class ConversationRoutes(WorkerSurvey survey, IOptions<ManagementOptions> options, TimeProvider time) : IManagementRoutes
{
    private const int MostMessages = 200;
    private const int UsualMessages = 50;

    public void Map(ManagementMap map)
    {
        map.Get(ManagementRoutes.Conversations, "Conversations and topics", ListAsync, [.. PageQuery.Names, "kind", "policy", "locked", "member", "with"]);
        map.Get(ManagementRoutes.Conversation, "One conversation", DetailAsync);
        map.Get(ManagementRoutes.ConversationMembers, "Its members and how far they are", MembersAsync, PageQuery.Names);
        map.Get(ManagementRoutes.ConversationMessages, "What can be told of its messages without telling them, newest first", MessagesAsync, ["before", "limit"]);
        map.Post<ReasonRequest, ActionResult>(
            ManagementRoutes.MemberRemove, new("member.remove", ManagementRole.Admin), "Ends somebody's membership of a group; the other members are told", RemoveMemberAsync);
        map.Post<ReasonRequest, TestMessage>(
            ManagementRoutes.TopicTest, new("topic.test", ManagementRole.Admin), "Publishes a message to a topic for tests, to follow its way", TestTopicAsync);
        map.Post<ReasonRequest, BodyView>(
            ManagementRoutes.MessageReveal, new("message.reveal", ManagementRole.Admin, Strict: true), "Reveals one body; it is written down who saw it and why", RevealAsync);
        map.Get(ManagementRoutes.MessageTrace, "A message's way, by its id", TraceAsync);
    }

    private async Task<Reply<Page<ConversationView>>> ListAsync(ManagementCall call)
    {
        var page = PageQuery.Read(call.Query, "-updatedAt", "createdAt", "head", "id");
        var kind = call.Query.OneOf("kind", ConversationKinds.Direct, ConversationKinds.Group, ConversationKinds.Topic);
        var policy = call.Query.OneOf("policy", ConversationPolicies.Durable, ConversationPolicies.Realtime);
        var question = new ConversationsQuestion(page.Search, kind, policy, call.Query.Flag("locked"), call.Query.Text("member"), page.Sort, page.Descending, page.Skip, page.Size, call.Query.Words("with", ConversationExtras.All));
        var found = await CutAsync<ConversationView>(call, page, Questions.Conversations, question);
        return found.Value is { Items.Count: > 0 } && question.With.Contains(ConversationExtras.Online) ? await WithOnlineAsync(call, found.Value) : found;
    }

    private async Task<Page<ConversationView>> WithOnlineAsync(ManagementCall call, Page<ConversationView> page)
    {
        var following = await FollowingAsync(call, [.. page.Items.Select(c => c.Id)]);
        return page with
        {
            Items = [.. page.Items.Select((c, i) => c with { Online = following.Answers.Count == 0 ? null : following.Answers.Sum(a => a.Answer.Counts[i]) })],
            Partial = following.Partial,
        };
    }

    /// <summary>How many connections are fed these, wherever they are.</summary>
    private Task<Survey<Following>> FollowingAsync(ManagementCall call, IReadOnlyList<string> conversations) =>
        survey.EverywhereAsync<Following>(Questions.Following, new FollowingQuestion(conversations), call.TimeUp);

    private async Task<Reply<Page<MemberView>>> MembersAsync(ManagementCall call)
    {
        var page = PageQuery.Read(call.Query, "user", "lag", "joinedSeq");
        return await CutAsync<MemberView>(call, page, Questions.Members, new MembersQuestion(call.Id, page.Search, page.Sort, page.Descending, page.Skip, page.Size));
    }

    private async Task<Reply<Page<T>>> CutAsync<T>(ManagementCall call, PageQuery page, string name, object question)
    {
        if (call.Query.Problem is { } wrong)
        {
            return wrong;
        }

        var cut = await survey.AnyAsync<Cut<T>>(name, question, call.TimeUp);
        return cut.Value is not { } value
            ? cut.Refusal!
            : new Page<T> { Items = value.Rows, Total = value.Total, More = value.More, Number = page.Number, Size = page.Size, At = time.GetUtcNow() };
    }

    private async Task<Reply<ConversationDetail>> DetailAsync(ManagementCall call)
    {
        var question = new ConversationQuestion(call.Id);
        var asking = FollowingAsync(call, [call.Id]);
        var stored = await survey.AnyAsync<ConversationDetail>(Questions.Conversation, question, call.TimeUp);
        var following = await asking;
        return stored.Value is { } detail
            ? detail with { Online = following.Answers.Sum(a => a.Answer.Counts[0]), Partial = following.Partial }
            : stored.Refusal!;
    }

    private async Task<Reply<Stretch<MessageView>>> MessagesAsync(ManagementCall call)
    {
        var before = call.Query.Number("before", 1, long.MaxValue, 0);
        var limit = (int)call.Query.Number("limit", 1, MostMessages, UsualMessages);
        if (call.Query.Problem is { } wrong)
        {
            return wrong;
        }

        var found = await survey.AnyAsync<List<MessageView>>(Questions.Messages, new MessagesQuestion(call.Id, before == 0 ? null : before, limit), call.TimeUp);
        return found.Value is { } rows
            ? new Stretch<MessageView> { Items = rows, Before = rows.Count == limit && rows[^1].Seq > 1 ? rows[^1].Seq : null }
            : found.Refusal!;
    }

    private async Task<Reply<ActionResult>> RemoveMemberAsync(ManagementCall call, ReasonRequest body)
    {
        var user = call.Route("user");
        call.Object = $"conversations/{call.Id}/members/{user}";
        if (RequestBody.NeedReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        var done = await survey.AnyAsync<MemberRemoved>(Questions.RemoveMember, new RemoveMemberQuestion(call.Id, user), call.TimeUp);
        return done.Value is { } removed
            ? new ActionResult { Outcome = ActionOutcomes.Done, Text = $"No member any more from seq {removed.Seq} on.", Count = 1, CorrelationId = call.CorrelationId }
            : done.Refusal!;
    }

    private async Task<Reply<TestMessage>> TestTopicAsync(ManagementCall call, ReasonRequest body)
    {
        call.Object = $"conversations/{call.Id}";
        var done = await survey.AnyAsync<TestMessage>(Questions.TestTopic, new ConversationQuestion(call.Id), call.TimeUp);
        return done.Value is { } sent ? sent with { CorrelationId = call.CorrelationId } : done.Refusal!;
    }

    private async Task<Reply<BodyView>> RevealAsync(ManagementCall call, ReasonRequest body)
    {
        call.Object = $"conversations/{call.Id}/{call.Route("seq")}";
        if (!options.Value.RevealBodies)
        {
            return new Refusal(ManagementCodes.NotSupported, "Bodies are not shown here (Management:RevealBodies).");
        }

        if (RequestBody.NeedReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        if (!long.TryParse(call.Route("seq"), NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
        {
            return Refusal.NotFound("message");
        }

        var found = await survey.AnyAsync<BodyView>(Questions.Reveal, new RevealQuestion(call.Id, seq), call.TimeUp);
        return found.Value is { } revealed ? revealed with { CorrelationId = call.CorrelationId } : found.Refusal!;
    }

    private async Task<Reply<MessageTraces>> TraceAsync(ManagementCall call)
    {
        if (call.Id.Length > QueryReader.LongestText)
        {
            return Refusal.NotFound("message");
        }

        var stored = await survey.AnyAsync<List<MessageTrace>>(Questions.Trace, new TraceQuestion(call.Id), call.TimeUp);
        if (stored.Value is not { } traces)
        {
            return stored.Refusal!;
        }

        if (traces.Count == 0)
        {
            return Refusal.NotFound("message");
        }

        var question = new RememberedQuestion(
            [.. traces.Select(t => new EventPlace(t.Message.Conversation, t.Message.Seq))],
            [.. traces.SelectMany(t => t.Devices).Select(d => d.User).Distinct(StringComparer.Ordinal)]);
        var remembered = await survey.AllAsync<Remembered>(Questions.Remembered, question, call.TimeUp);
        return new MessageTraces(call.Id, [.. traces.Select((t, i) => With(t, i, remembered))], remembered.Partial);
    }

    private static MessageTrace With(MessageTrace trace, int index, Survey<Remembered> remembered)
    {
        var steps = remembered.Answers.SelectMany(a => a.Answer.Steps[index].Select(s => s with { Worker = a.Worker })).ToArray();
        var connected = remembered.Answers.SelectMany(a => a.Answer.Connected).ToHashSet();
        return trace with
        {
            Steps = [.. trace.Steps.Concat(steps).OrderBy(s => s.At)],
            Devices = [.. trace.Devices.Select(d => d with { Connected = connected.Contains(new(d.User, d.Device)) })],
        };
    }
}
