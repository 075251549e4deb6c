"""Reads a TL schema: definitions, their numbers, and what they refer to. Refuses what it does not understand."""

import re
import zlib
from dataclasses import dataclass

SCALARS = ("#", "int", "long", "double", "int128", "int256", "string", "bytes", "Bool")
# The least a value of the type takes on the wire; bounds vector counts before anything is reserved.
SCALAR_MIN_SIZE = {"#": 4, "int": 4, "long": 8, "double": 8, "int128": 16, "int256": 32, "string": 4, "bytes": 4,
                   "Bool": 4}


class SchemaError(Exception):
    """The schema can't be used; the message names the definition."""


@dataclass(frozen=True)
class Field:
    name: str
    type: str  # a scalar, a constructor (bare) or a type with a capital letter (boxed)
    is_vector: bool = False
    flags_field: str = ""  # name of the '#' field that decides presence; empty: always present
    flags_bit: int = -1


@dataclass(frozen=True)
class Definition:
    name: str
    id: int
    fields: tuple
    result: str
    is_function: bool


@dataclass(frozen=True)
class Schema:
    definitions: tuple  # every definition after those it refers to
    sums: dict  # type name -> its constructors, in schema order


def normalised(text):
    """The text whose CRC-32 is the number of a definition."""
    text = re.sub(r"^(\S+?)#[0-9a-f]+(?=\s)", r"\1", text.strip())
    return " ".join(re.sub(r"[(){};]", "", text).split())


def number_of(text):
    """The explicit number of a definition if it has one, else the CRC-32 of its normalised text."""
    explicit = re.match(r"^\S+?#([0-9a-f]{1,8})\s", text.strip())
    return int(explicit.group(1), 16) if explicit else zlib.crc32(normalised(text).encode())


def is_boxed(type_name):
    return type_name not in SCALARS and type_name.rpartition(".")[2][0].isupper()


def parse_field(token, definition):
    match = re.fullmatch(r"([a-z][a-z0-9_]*):(?:([a-z][a-z0-9_]*)\.(\d+)\?)?(\S+|\(vector [^\s()]+\))", token)
    if not match:
        raise SchemaError(f"{definition}: cannot read field '{token}'")
    name, flags_field, bit, type_name = match.groups()
    is_vector = type_name.startswith("(vector ")
    if is_vector:
        type_name = type_name[len("(vector "):-1]
    if is_vector and flags_field:
        raise SchemaError(f"{definition}: optional vector '{name}' is not supported")
    if bit and int(bit) > 31:
        raise SchemaError(f"{definition}: flag bit {bit} of '{name}' is above 31")
    return Field(name, type_name, is_vector, flags_field or "", int(bit) if bit else -1)


def parse_definition(text, is_function):
    left, separator, result = text.rpartition(" = ")
    name = re.match(r"[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*", left)
    if not separator or not name or not re.fullmatch(r"([a-z][A-Za-z0-9]*\.)*[A-Z][A-Za-z0-9]*", result):
        raise SchemaError(f"cannot read definition '{text}'")
    rest = re.sub(r"^\S+\s*", "", left)
    tokens = re.findall(r"[^\s()]*\([^()]*\)|\S+", rest)
    fields = tuple(parse_field(token, name.group(0)) for token in tokens)
    check_fields(fields, name.group(0))
    return Definition(name.group(0), number_of(text), fields, result, is_function)


def check_fields(fields, definition):
    seen = {}
    for field in fields:
        if field.name in seen:
            raise SchemaError(f"{definition}: field '{field.name}' stands twice")
        if field.flags_field and seen.get(field.flags_field) != "#":
            raise SchemaError(f"{definition}: '{field.name}' depends on '{field.flags_field}', which is no # before it")
        if field.is_vector and field.type in ("#", "string", "bytes", "Bool"):
            raise SchemaError(f"{definition}: vector of {field.type} is not supported")
        seen[field.name] = field.type


def statements(text):
    """The definitions of a schema file as (text, is_function), comments left out."""
    text = re.sub(r"//[^\n]*", "", text)
    is_function = False
    for part in re.split(r"(---(?:types|functions)---)|;", text):
        if part in ("---types---", "---functions---"):
            is_function = part == "---functions---"
        elif part and part.strip():
            yield " ".join(part.split()), is_function


def min_size(definition, by_name, sums):
    total = 0
    for field in definition.fields:
        if field.flags_field:
            continue
        if field.is_vector:
            total += 4
        elif field.type in SCALAR_MIN_SIZE:
            total += SCALAR_MIN_SIZE[field.type]
        elif field.type in sums:
            total += 4 + min(min_size(option, by_name, sums) for option in sums[field.type])
        else:
            total += min_size(by_name[field.type], by_name, sums)
    return total


def ordered(definitions, by_name, sums):
    """Definitions after everything they refer to; a reference to itself, even through others, is refused."""
    done, active, result = set(), set(), []

    def visit(definition):
        if definition.name in done:
            return
        if definition.name in active:
            raise SchemaError(f"{definition.name}: contains itself")
        active.add(definition.name)
        for field in definition.fields:
            if field.type in SCALARS:
                continue
            for used in sums[field.type] if is_boxed(field.type) else [by_name[field.type]]:
                visit(used)
        active.discard(definition.name)
        done.add(definition.name)
        result.append(definition)

    for definition in definitions:
        visit(definition)
    return tuple(result)


def parse_schema(text):
    definitions = [parse_definition(part, is_function) for part, is_function in statements(text)]
    by_name, by_id, sums = {}, {}, {}
    for definition in definitions:
        if definition.name in by_name:
            raise SchemaError(f"{definition.name}: defined twice")
        if definition.id in by_id:
            raise SchemaError(f"{definition.name}: same number as {by_id[definition.id]}")
        by_name[definition.name] = definition
        by_id[definition.id] = definition.name
        if not definition.is_function:
            sums.setdefault(definition.result, []).append(definition)
    for definition in definitions:
        for field in definition.fields:
            if field.type in SCALARS:
                continue
            if field.type not in (sums if is_boxed(field.type) else by_name):
                raise SchemaError(f"{definition.name}: field '{field.name}' has the unknown type {field.type}")
    result = Schema(ordered(definitions, by_name, sums), sums)
    for definition in definitions:
        for field in definition.fields:
            if field.is_vector and field.type in by_name and min_size(by_name[field.type], by_name, sums) == 0:
                raise SchemaError(f"{definition.name}: '{field.name}' is a vector of elements without a size")
    return result
