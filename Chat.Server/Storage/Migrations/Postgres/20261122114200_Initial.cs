using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Chat.Server.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "commits",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    xid = table.Column<long>(type: "bigint", nullable: true),
                    origin = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    moves = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_commits", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "conversations",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    title = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    head_seq = table.Column<long>(type: "bigint", nullable: false),
                    first_seq = table.Column<long>(type: "bigint", nullable: false),
                    policy = table.Column<short>(type: "smallint", nullable: false),
                    unique_key = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_conversations", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "cursors",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    device_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    conversation_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    acked_seq = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_cursors", x => new { x.user_id, x.device_id, x.conversation_id });
                });

            migrationBuilder.CreateTable(
                name: "devices",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    device_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    last_seen_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_devices", x => new { x.user_id, x.device_id });
                });

            migrationBuilder.CreateTable(
                name: "members",
                columns: table => new
                {
                    conversation_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    role = table.Column<short>(type: "smallint", nullable: false),
                    joined_seq = table.Column<long>(type: "bigint", nullable: false),
                    left_seq = table.Column<long>(type: "bigint", nullable: true),
                    read_seq = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_members", x => new { x.conversation_id, x.user_id });
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                columns: table => new
                {
                    conversation_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    sender = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    type = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    body = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    @ref = table.Column<string>(name: "ref", type: "text", nullable: true, collation: "C"),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox", x => new { x.conversation_id, x.seq });
                });

            migrationBuilder.CreateIndex(
                name: "commits_at",
                table: "commits",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "commits_xid",
                table: "commits",
                column: "xid");

            migrationBuilder.CreateIndex(
                name: "conversations_unique_key",
                table: "conversations",
                column: "unique_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "devices_last_seen",
                table: "devices",
                column: "last_seen_at");

            migrationBuilder.CreateIndex(
                name: "members_user",
                table: "members",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "outbox_expiry",
                table: "outbox",
                column: "expires_at",
                filter: "expires_at IS NOT NULL AND body IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "outbox_id_sender",
                table: "outbox",
                columns: new[] { "id", "sender" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "outbox_ref",
                table: "outbox",
                columns: new[] { "conversation_id", "ref" },
                filter: "ref IS NOT NULL");

            // The head moves with every batch: room on the page keeps those updates away from the indexes.
            migrationBuilder.Sql("ALTER TABLE conversations SET (fillfactor = 70)");
            migrationBuilder.Sql("ALTER TABLE cursors SET (fillfactor = 70)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "commits");

            migrationBuilder.DropTable(
                name: "conversations");

            migrationBuilder.DropTable(
                name: "cursors");

            migrationBuilder.DropTable(
                name: "devices");

            migrationBuilder.DropTable(
                name: "members");

            migrationBuilder.DropTable(
                name: "outbox");
        }
    }
}
