"""The migrations give exactly the declared schema, on both engines, and can be undone."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from store.engine import Store
from store.migrate import FOLDER, migrate, migrate_down, newest_revision, revision_of, serves
from store.tables.every import metadata


def test_the_migrations_give_exactly_the_declared_schema(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_declared_constraint_and_partial_index_is_there(store: Store) -> None:
    inspector = inspect(store.engine)
    for table in metadata.sorted_tables:
        indexes = {index["name"]: index for index in inspector.get_indexes(table.name)}
        for index in table.indexes:
            condition = index.dialect_options[store.engine.dialect.name]["where"]
            there = indexes[index.name]["dialect_options"]
            assert bool(there.get(f"{store.engine.dialect.name}_where") is not None) == (condition is not None), (
                index.name
            )
        checks = {check["name"] for check in inspector.get_check_constraints(table.name)}
        declared = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert {name for name in checks if name and name.startswith("ck_")} == declared, table.name


def test_a_migration_runs_once_and_can_be_undone(store: Store) -> None:
    assert revision_of(store.engine) == newest_revision()
    migrate(store.engine)
    migrate_down(store.engine)
    assert revision_of(store.engine) is None
    assert inspect(store.engine).get_table_names() == ["alembic_version"]
    migrate(store.engine)
    assert revision_of(store.engine) == newest_revision()


def test_code_serves_on_its_own_schema_and_on_a_later_one_never_on_an_earlier(store: Store) -> None:
    assert serves(store.engine)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert serves(store.engine), "a release in the middle of being replaced"
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not serves(store.engine)
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    assert not serves(store.engine)


def test_each_migration_says_whether_it_runs_before_or_after_the_new_code() -> None:
    for file in (FOLDER / "versions").glob("*.py"):
        assert "Runs before the new code" in file.read_text() or "Runs after the new code" in file.read_text(), (
            file.name
        )


def test_each_migration_follows_another_one_than_all_the_rest() -> None:
    numbers = [file.name[:4] for file in (FOLDER / "versions").glob("*.py")]
    assert sorted(set(numbers)) == sorted(numbers)
