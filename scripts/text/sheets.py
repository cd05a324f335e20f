"""Files that people filled in: CSV as spreadsheets, editors and rating pages save it."""

import csv
from collections.abc import Iterator, Sequence

from scripts.provenance.errors import Problem

SAVE_AS = "Save it again as CSV (comma separated, UTF-8)."
Line = tuple[str, dict[str, str]]  # where it stands (`<path>, line <number>`), its cells by column


def read_filled(path: str, columns: Sequence[str]) -> list[Line]:
    """The lines of a file that has these columns, in any order and with others beside them; blanks around cells go.

    A byte order mark and any kind of line end are taken as they come; lines without a word are passed over. A missing
    or doubled column, a line that has more cells than the head, and what is no CSV in UTF-8 are a Problem each.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            lines = list(_lines(path, csv.reader(stream), columns))
    except UnicodeDecodeError as error:
        raise Problem(f"{path} is not in UTF-8 (byte {error.start}). {SAVE_AS}") from error
    except csv.Error as error:
        raise Problem(f"{path} is no CSV ({error}). {SAVE_AS}") from error
    return lines


def _lines(path: str, reader, columns: Sequence[str]) -> Iterator[Line]:
    head = [name.strip() for name in next(reader, [])]
    if missing := [name for name in columns if name not in head]:
        divided = next((sign for sign in ";\t" if any(sign in name for name in head)), "")
        found = f"Its cells are parted by {divided!r} instead of commas. {SAVE_AS}" if divided else ""
        raise Problem(f"{path} has no column {missing[0]}. It needs {', '.join(columns)}. {found}".rstrip())
    if doubled := [name for name in columns if head.count(name) > 1]:
        raise Problem(f"{path} has the column {doubled[0]} twice. Keep one of them.")
    for cells in reader:
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue  # spreadsheets leave such lines at the end
        place = f"{path}, line {reader.line_num}"
        if any(cells[len(head) :]):
            raise Problem(f"{place}: more cells than the head has columns. Is there a comma in a name?")
        yield place, dict(zip(head, [*cells, *[""] * len(head)], strict=False))
