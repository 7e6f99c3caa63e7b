namespace Chat.Server.Delivery;

/// <summary>Who is a member of a conversation as far as is known without storage; for connections that could not be told what they follow yet.</summary>
internal interface IKnownMembers
{
    /// <summary>Empty when nothing is known, or what is known is too old.</summary>
    IReadOnlyCollection<string> MembersOf(string conversation);
}
