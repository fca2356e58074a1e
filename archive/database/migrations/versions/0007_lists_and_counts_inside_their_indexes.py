"""Lists and counts inside their indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("content_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_content_file_document_id"))
        batch_op.drop_index(batch_op.f("ix_content_file_organization_id"))
        batch_op.create_index(
            "ix_content_file_document",
            ["organization_id", "document_id", "malware_state", "sensitivity", "unit_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_content_file_malware",
            ["organization_id", "malware_state", "sensitivity", "unit_id", "document_id", "id"],
            unique=False,
        )

    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_dossier_id"))
        batch_op.drop_index(batch_op.f("ix_document_organization_id"))
        batch_op.create_index("ix_document_dossier", ["organization_id", "dossier_id"], unique=False)

    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("kept_for", sa.String(), nullable=False, server_default=""))
    op.execute(
        "UPDATE dossier SET due_on = plan.due_on, kept_for = plan.period FROM retention_plan AS plan"
        " WHERE plan.dossier_id = dossier.id"
    )
    op.execute("UPDATE dossier SET code_sort = substr(code_sort, 1, 901) WHERE length(code_sort) > 901")
    op.execute("UPDATE dossier SET title_sort = substr(title_sort, 1, 901) WHERE length(title_sort) > 901")
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dossier_code_folded"))
        batch_op.drop_index(batch_op.f("ix_dossier_organization_id"))
        batch_op.drop_index(batch_op.f("ix_dossier_state"))
        batch_op.drop_index(batch_op.f("ix_dossier_title_sort"))
        batch_op.drop_index(batch_op.f("ix_dossier_unit_id"))
        batch_op.drop_index(batch_op.f("ix_dossier_list"))
        batch_op.create_index(
            "ix_dossier_list",
            [
                "organization_id",
                "code_sort",
                "id",
                "sensitivity",
                "unit_id",
                "state",
                "closing_year",
                "due_on",
                "kept_for",
            ],
            unique=False,
        )
        batch_op.drop_index(batch_op.f("ix_dossier_sealed"))
        batch_op.create_index(
            "ix_dossier_sealed", ["organization_id", "sealed_at", "sensitivity", "unit_id"], unique=False
        )
        batch_op.drop_index(batch_op.f("ix_dossier_titles"))
        batch_op.create_index(
            "ix_dossier_titles",
            [
                "organization_id",
                "title_sort",
                "id",
                "sensitivity",
                "unit_id",
                "state",
                "closing_year",
                "due_on",
                "kept_for",
            ],
            unique=False,
        )
        batch_op.create_index("ix_dossier_clock", ["state", "due_on"], unique=False)
        batch_op.create_index(
            "ix_dossier_documents",
            ["organization_id", "document_total", "id", "sensitivity", "unit_id", "state", "closing_year"],
            unique=False,
        )
        batch_op.create_index(
            "ix_dossier_due",
            ["organization_id", "due_on", "state", "kept_for", "code_sort", "id", "sensitivity", "unit_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_dossier_fonds", ["organization_id", "fonds_id", "sensitivity", "unit_id"], unique=False
        )
        batch_op.create_index(
            "ix_dossier_places", ["organization_id", "location_id", "sensitivity", "unit_id"], unique=False
        )
        batch_op.create_index(
            "ix_dossier_states",
            ["organization_id", "state", "code_sort", "id", "sensitivity", "unit_id", "closing_year", "due_on"],
            unique=False,
        )
        batch_op.create_index(
            "ix_dossier_units",
            ["organization_id", "unit_id", "code_sort", "id", "sensitivity", "state", "closing_year"],
            unique=False,
        )

    with op.batch_alter_table("package_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_package_version_dossier_id"))
        batch_op.drop_index(batch_op.f("ix_package_version_organization_id"))
        batch_op.create_index(
            "ix_package_version_dossier",
            ["organization_id", "dossier_id", "state", "sensitivity", "unit_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_package_version_states",
            ["organization_id", "state", "sensitivity", "unit_id", "dossier_id"],
            unique=False,
        )
