"""How far long work is, in words, and how long it will still take."""

from datetime import datetime, timedelta

from openflex.core.french import NBSP, counted, format_number

# Work that is done in batches of about a second each.
SILENT_AFTER = timedelta(seconds=30)


def how_far(
    done: int, total: int, *, noun: str, started_at: datetime, alive_at: datetime, now: datetime, resumes: str
) -> str:
    """« 12 000 lignes sur 100 000, encore 40 secondes environ »; `resumes` is what is told of work that gives no sign
    of life: « la préparation reprendra d’elle-même »."""
    so_far = f"{counted(done, noun)} sur {format_number(total)}"
    if now - alive_at > SILENT_AFTER:
        return f"{so_far}, interruption{NBSP}: {resumes}"
    spent = (alive_at - started_at).total_seconds()
    if not done or done >= total or spent < 2:
        return so_far
    return f"{so_far}, encore {_about(round(spent / done * (total - done)))} environ"


def _about(seconds: int) -> str:
    return counted(max(seconds, 1), "seconde") if seconds < 90 else counted(round(seconds / 60), "minute")
