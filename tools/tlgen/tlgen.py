#!/usr/bin/env python3
"""Makes src/tl's types.h and types.cc from a TL schema. Used by the build; needs only Python 3.11.

    tlgen.py SCHEMA OUTPUT_DIRECTORY [NAMESPACE]    write types.h and types.cc, in cocoon::tl or cocoon::NAMESPACE
    tlgen.py SCHEMA --ids                           print each definition's number and name
"""

import pathlib
import sys

from emit import emit_header, emit_source, for_module
from schema import SchemaError, parse_schema


def main(arguments):
    if len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        schema = parse_schema(pathlib.Path(arguments[0]).read_text(encoding="utf-8"))
    except (SchemaError, OSError) as error:
        print(f"tlgen: {arguments[0]}: {error}", file=sys.stderr)
        return 1
    if arguments[1] == "--ids":
        for definition in schema.definitions:
            print(f"{definition.id:08x} {definition.name}")
        return 0
    output = pathlib.Path(arguments[1])
    output.mkdir(parents=True, exist_ok=True)
    space = arguments[2] if len(arguments) == 3 else "tl"
    for name, text in (("types.h", emit_header(schema)), ("types.cc", emit_source(schema))):
        (output / name).write_text(for_module(text, pathlib.Path(arguments[0]).name, space), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
