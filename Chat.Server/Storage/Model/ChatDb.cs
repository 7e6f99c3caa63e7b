using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Model;

/// <summary>The schema. The two subclasses exist because each database has migrations of its own.</summary>
internal abstract class ChatDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<ConversationRow> Conversations => Set<ConversationRow>();
    public DbSet<MemberRow> Members => Set<MemberRow>();
    public DbSet<OutboxRow> Outbox => Set<OutboxRow>();
    public DbSet<CommitRow> Commits => Set<CommitRow>();
    public DbSet<DeviceRow> Devices => Set<DeviceRow>();
    public DbSet<CursorRow> Cursors => Set<CursorRow>();
    public DbSet<SubscriptionRow> Subscriptions => Set<SubscriptionRow>();
    public DbSet<DeliveryRoundRow> DeliveryRounds => Set<DeliveryRoundRow>();
    public DbSet<DeadLetterRow> DeadLetters => Set<DeadLetterRow>();
    public DbSet<BlockRow> Blocks => Set<BlockRow>();
    public DbSet<NodeRow> Nodes => Set<NodeRow>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<ConversationRow>(e =>
        {
            e.ToTable("conversations").HasKey(c => c.Id);
            e.Property(c => c.Id).HasColumnName("id");
            e.Property(c => c.Kind).HasColumnName("kind");
            e.Property(c => c.Title).HasColumnName("title");
            e.Property(c => c.Epoch).HasColumnName("epoch");
            e.Property(c => c.HeadSeq).HasColumnName("head_seq");
            e.Property(c => c.FirstSeq).HasColumnName("first_seq");
            e.Property(c => c.Policy).HasColumnName("policy");
            e.Property(c => c.UniqueKey).HasColumnName("unique_key");
            e.Property(c => c.CreatedAt).HasColumnName("created_at");
            e.Property(c => c.UpdatedAt).HasColumnName("updated_at");
            e.Property(c => c.LockedAt).HasColumnName("locked_at");
            e.Property(c => c.LockedReason).HasColumnName("locked_reason");
            e.Property(c => c.LockedBy).HasColumnName("locked_by");
            e.HasIndex(c => c.UniqueKey).IsUnique().HasDatabaseName("conversations_unique_key");
            e.HasIndex(c => c.LockedAt).HasFilter("locked_at IS NOT NULL").HasDatabaseName("conversations_locked");
        });
        model.Entity<MemberRow>(e =>
        {
            e.ToTable("members").HasKey(m => new { m.ConversationId, m.UserId });
            e.Property(m => m.ConversationId).HasColumnName("conversation_id");
            e.Property(m => m.UserId).HasColumnName("user_id");
            e.Property(m => m.Role).HasColumnName("role");
            e.Property(m => m.JoinedSeq).HasColumnName("joined_seq");
            e.Property(m => m.LeftSeq).HasColumnName("left_seq");
            e.Property(m => m.ReadSeq).HasColumnName("read_seq");
            e.HasIndex(m => m.UserId).HasDatabaseName("members_user");
        });
        model.Entity<OutboxRow>(e =>
        {
            e.ToTable("outbox").HasKey(o => new { o.ConversationId, o.Seq });
            e.Property(o => o.ConversationId).HasColumnName("conversation_id");
            e.Property(o => o.Seq).HasColumnName("seq").ValueGeneratedNever();
            e.Property(o => o.Epoch).HasColumnName("epoch");
            e.Property(o => o.Id).HasColumnName("id");
            e.Property(o => o.Sender).HasColumnName("sender");
            e.Property(o => o.Type).HasColumnName("type");
            e.Property(o => o.Body).HasColumnName("body");
            e.Property(o => o.Hash).HasColumnName("hash");
            e.Property(o => o.Ref).HasColumnName("ref");
            e.Property(o => o.At).HasColumnName("at");
            e.Property(o => o.ExpiresAt).HasColumnName("expires_at");
            // The id first: it also finds the event that a `ref` means, and time-ordered ids keep the inserts at one end.
            e.HasIndex(o => new { o.Id, o.Sender }).IsUnique().HasDatabaseName("outbox_id_sender");
            // Most events refer to nothing and never expire: partial indexes cost them nothing.
            e.HasIndex(o => new { o.ConversationId, o.Ref }).HasFilter("ref IS NOT NULL").HasDatabaseName("outbox_ref");
            e.HasIndex(o => o.ExpiresAt).HasFilter("expires_at IS NOT NULL AND body IS NOT NULL").HasDatabaseName("outbox_expiry");
        });
        model.Entity<CommitRow>(e =>
        {
            e.ToTable("commits").HasKey(c => c.Id);
            e.Property(c => c.Id).HasColumnName("id").ValueGeneratedOnAdd();
            e.Property(c => c.Xid).HasColumnName("xid");
            e.Property(c => c.Origin).HasColumnName("origin");
            e.Property(c => c.Moves).HasColumnName("moves");
            e.Property(c => c.At).HasColumnName("at");
            e.HasIndex(c => c.At).HasDatabaseName("commits_at");
            e.HasIndex(c => c.Xid).HasDatabaseName("commits_xid");
        });
        model.Entity<DeviceRow>(e =>
        {
            e.ToTable("devices").HasKey(d => new { d.UserId, d.DeviceId });
            e.Property(d => d.UserId).HasColumnName("user_id");
            e.Property(d => d.DeviceId).HasColumnName("device_id");
            e.Property(d => d.CreatedAt).HasColumnName("created_at");
            e.Property(d => d.LastSeenAt).HasColumnName("last_seen_at");
            e.HasIndex(d => d.LastSeenAt).HasDatabaseName("devices_last_seen");
        });
        model.Entity<CursorRow>(e =>
        {
            e.ToTable("cursors").HasKey(c => new { c.UserId, c.DeviceId, c.ConversationId });
            e.Property(c => c.UserId).HasColumnName("user_id");
            e.Property(c => c.DeviceId).HasColumnName("device_id");
            e.Property(c => c.ConversationId).HasColumnName("conversation_id");
            e.Property(c => c.AckedSeq).HasColumnName("acked_seq");
            // For operators, who ask by conversation. Without the position in it, so that an acknowledgement does not touch it.
            e.HasIndex(c => c.ConversationId).HasDatabaseName("cursors_conversation");
        });
        model.Entity<SubscriptionRow>(e =>
        {
            e.ToTable("subscriptions").HasKey(s => new { s.UserId, s.DeviceId, s.ConversationId });
            e.Property(s => s.UserId).HasColumnName("user_id");
            e.Property(s => s.DeviceId).HasColumnName("device_id");
            e.Property(s => s.ConversationId).HasColumnName("conversation_id");
            e.Property(s => s.CreatedAt).HasColumnName("created_at");
            e.HasIndex(s => s.ConversationId).HasDatabaseName("subscriptions_conversation");
        });
        model.Entity<DeliveryRoundRow>(e =>
        {
            e.ToTable("delivery_rounds").HasKey(r => new { r.UserId, r.DeviceId, r.ConversationId });
            e.Property(r => r.UserId).HasColumnName("user_id");
            e.Property(r => r.DeviceId).HasColumnName("device_id");
            e.Property(r => r.ConversationId).HasColumnName("conversation_id");
            e.Property(r => r.Seq).HasColumnName("seq");
            e.Property(r => r.Rounds).HasColumnName("rounds");
            e.Property(r => r.FirstError).HasColumnName("first_error");
            e.Property(r => r.LastError).HasColumnName("last_error");
            e.Property(r => r.FirstAt).HasColumnName("first_at");
            e.Property(r => r.LastAt).HasColumnName("last_at");
        });
        model.Entity<BlockRow>(e =>
        {
            e.ToTable("blocks").HasKey(b => b.UserId);
            e.Property(b => b.UserId).HasColumnName("user_id");
            e.Property(b => b.Reason).HasColumnName("reason");
            e.Property(b => b.BlockedBy).HasColumnName("blocked_by");
            e.Property(b => b.BlockedAt).HasColumnName("blocked_at");
            e.Property(b => b.EndsAt).HasColumnName("ends_at");
            e.Property(b => b.ChangedAt).HasColumnName("changed_at");
            e.HasIndex(b => b.ChangedAt).HasDatabaseName("blocks_changed");
        });
        model.Entity<NodeRow>(e =>
        {
            e.ToTable("nodes").HasKey(n => n.Id);
            e.Property(n => n.Id).HasColumnName("id");
            e.Property(n => n.Name).HasColumnName("name");
            e.Property(n => n.ManagementUrl).HasColumnName("management_url");
            e.Property(n => n.Version).HasColumnName("version");
            e.Property(n => n.StartedAt).HasColumnName("started_at");
            e.Property(n => n.SeenAt).HasColumnName("seen_at");
        });
        model.Entity<DeadLetterRow>(e =>
        {
            e.ToTable("dead_letters").HasKey(d => d.Id);
            e.Property(d => d.Id).HasColumnName("id");
            e.Property(d => d.UserId).HasColumnName("user_id");
            e.Property(d => d.DeviceId).HasColumnName("device_id");
            e.Property(d => d.ConversationId).HasColumnName("conversation_id");
            e.Property(d => d.Seq).HasColumnName("seq");
            e.Property(d => d.EventId).HasColumnName("event_id");
            e.Property(d => d.EventType).HasColumnName("event_type");
            e.Property(d => d.Sender).HasColumnName("sender");
            e.Property(d => d.Reason).HasColumnName("reason");
            e.Property(d => d.Attempts).HasColumnName("attempts");
            e.Property(d => d.FirstError).HasColumnName("first_error");
            e.Property(d => d.LastError).HasColumnName("last_error");
            e.Property(d => d.FirstAt).HasColumnName("first_at");
            e.Property(d => d.LastAt).HasColumnName("last_at");
            e.Property(d => d.State).HasColumnName("state");
            e.Property(d => d.ActedBy).HasColumnName("acted_by");
            e.Property(d => d.ActedAt).HasColumnName("acted_at");
            e.HasIndex(d => new { d.UserId, d.DeviceId, d.ConversationId, d.Seq }).IsUnique().HasDatabaseName("dead_letters_event");
            e.HasIndex(d => new { d.State, d.LastAt, d.Id }).HasDatabaseName("dead_letters_state");
        });
    }
}

internal sealed class PostgresChatDb(DbContextOptions<PostgresChatDb> options) : ChatDb(options)
{
    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        // Byte order, not the language's: cheaper to compare, the same order on both databases, and immune to a collation upgrade.
        foreach (var property in model.Model.GetEntityTypes().SelectMany(e => e.GetProperties()).Where(p => p.ClrType == typeof(string)))
        {
            property.SetCollation("C");
        }
    }
}

internal sealed class SqliteChatDb(DbContextOptions<SqliteChatDb> options) : ChatDb(options);
