using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chat.Server.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class LocksAndNodes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "locked_at",
                table: "conversations",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "locked_by",
                table: "conversations",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "locked_reason",
                table: "conversations",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "nodes",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    management_url = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    version = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    started_at = table.Column<long>(type: "bigint", nullable: false),
                    seen_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_nodes", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "cursors_conversation",
                table: "cursors",
                column: "conversation_id");

            migrationBuilder.CreateIndex(
                name: "conversations_locked",
                table: "conversations",
                column: "locked_at",
                filter: "locked_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "nodes");

            migrationBuilder.DropIndex(
                name: "cursors_conversation",
                table: "cursors");

            migrationBuilder.DropIndex(
                name: "conversations_locked",
                table: "conversations");

            migrationBuilder.DropColumn(
                name: "locked_at",
                table: "conversations");

            migrationBuilder.DropColumn(
                name: "locked_by",
                table: "conversations");

            migrationBuilder.DropColumn(
                name: "locked_reason",
                table: "conversations");
        }
    }
}
