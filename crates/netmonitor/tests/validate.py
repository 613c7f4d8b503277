"""Validates JSON documents from standard input against a schema of docs/schema, and prints what does not fit.

Of each table three rows are looked at. Works with jsonschema from 4.10 on.
"""

import json
import pathlib
import sys

import jsonschema

ROWS = 3


def validator(folder, name):
    schemas = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    schema = schemas[name]
    kind = jsonschema.Draft202012Validator
    kind.check_schema(schema)
    try:
        from referencing import Registry, Resource

        resources = [(name, Resource.from_contents(schema)) for name, schema in schemas.items()]
        return kind(schema, registry=Registry().with_resources(resources))
    except (ImportError, TypeError):
        # Before 4.18.
        return kind(schema, resolver=jsonschema.RefResolver(name, schema, store=schemas))


def documents(text):
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        while at < len(text) and text[at].isspace():
            at += 1
        yield document


def main():
    folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    check, seen = validator(folder, name), {}
    for document in documents(sys.stdin.read().lstrip()):
        table = (document.get("view"), document.get("table"))
        if table[1] is not None:
            seen[table] = seen.get(table, 0) + 1
            if seen[table] > ROWS:
                continue
        for view in document.get("views") or (document.get("report") or {}).get("views", []):
            for each in view["tables"]:
                del each["rows"][ROWS:]
        for error in check.iter_errors(document):
            print("/".join(map(str, error.absolute_path)), error.message[:300])


main()
