"""What the database itself refuses, whoever writes."""

import pgtrigger

_SAME_OWNER = """
IF NEW.{{columns.{parent}}} IS NOT NULL AND NEW.{{columns.{owner}}} IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM {{fields.{parent}.related_model._meta.db_table}}
    WHERE id = NEW.{{columns.{parent}}} AND {owner}_id = NEW.{{columns.{owner}}}
) THEN
    RAISE EXCEPTION '{{meta.label}}.{parent} is of another {owner}' USING ERRCODE = 'integrity_constraint_violation';
END IF;
RETURN NEW;
"""


def same_owner(parent: str, *, owner: str = "entity") -> pgtrigger.Trigger:
    """A row may only point at a `parent` (a foreign key of its model) of its own entity, or of its own holding.

    Scoping looks at the row's own column: a row that points abroad would be the one way around it.
    """
    return pgtrigger.Trigger(
        name=f"{parent}_of_same_{owner}",
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(f"{parent}_id", f"{owner}_id"),
        when=pgtrigger.Before,
        func=pgtrigger.Func(_SAME_OWNER.format(parent=parent, owner=owner)),
    )
