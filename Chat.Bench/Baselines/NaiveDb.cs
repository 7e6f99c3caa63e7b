using Microsoft.EntityFrameworkCore;

namespace Chat.Bench.Baselines;

/// <summary>The naive hub's tables: a message, the conversation's head and one queue row per send.</summary>
internal sealed class NaiveDb(DbContextOptions<NaiveDb> options) : DbContext(options)
{
    public DbSet<NaiveConversation> Conversations => Set<NaiveConversation>();

    public DbSet<NaiveMessage> Messages => Set<NaiveMessage>();

    public DbSet<NaiveQueueRow> Queue => Set<NaiveQueueRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<NaiveConversation>(e =>
        {
            e.ToTable("conversations");
            e.Property(c => c.Id).HasColumnName("id");
            e.Property(c => c.Head).HasColumnName("head");
        });
        modelBuilder.Entity<NaiveMessage>(e =>
        {
            e.ToTable("messages");
            e.HasIndex(m => new { m.ConversationId, m.Seq }).IsUnique();
            e.HasIndex(m => new { m.Sender, m.ClientId }).IsUnique();
        });
        modelBuilder.Entity<NaiveQueueRow>().ToTable("queue");
    }
}

internal sealed class NaiveConversation
{
    public required string Id { get; init; }

    public long Head { get; set; }
}

internal sealed class NaiveMessage
{
    public long Id { get; init; }

    public required string ConversationId { get; init; }

    public long Seq { get; init; }

    public required string ClientId { get; init; }

    public required string Sender { get; init; }

    public required string Type { get; init; }

    public required string Body { get; init; }

    public DateTimeOffset At { get; init; }
}

internal sealed class NaiveQueueRow
{
    public long Id { get; init; }

    public required string ConversationId { get; init; }

    public long Seq { get; init; }

    public DateTimeOffset At { get; init; }
}
