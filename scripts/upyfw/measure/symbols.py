# SPDX-License-Identifier: MIT
"""What the linker says of a built firmware."""

from pathlib import Path

from elftools.elf.elffile import ELFFile

from upyfw.base.errors import UpyfwError


def values(elf: Path, *names: str) -> list[int]:
    """Return the values of symbols of an ELF file, addresses as a rule.

    Errors: UpyfwError if the file lacks one.
    """
    with elf.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        found = [table.get_symbol_by_name(name) for name in names]
    if not all(found):
        missing = names[found.index(None)]
        raise UpyfwError(f"{elf}: no symbol {missing}", hint="build it again: ./upyfw build")
    return [symbol[0]["st_value"] for symbol in found]
