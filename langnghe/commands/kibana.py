"""`langnghe kibana`: a data view and dashboards for Kibana, over the index in Elasticsearch."""

import json
from pathlib import Path
from typing import Annotated

import typer

from core.errors import BadUsage
from langnghe.commands.console import house, output


def kibana(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="OUT.ndjson", help="File to write, for Kibana's import.")],
) -> None:
    """Write a data view and four dashboards as saved objects for Kibana 9."""
    from dashboards.console.language import language
    from dashboards.kibana import saved_objects

    settings = house(context).settings
    objects = saved_objects(settings.elastic.prefix, language(settings.language))
    lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in objects]
    try:
        target.write_text("".join(lines), "utf-8")
    except OSError as error:
        raise BadUsage(f"{target}: {error.strerror}; name a file that can be written") from error
    output.print(f"{target}: {len(objects)} saved objects; import them in Kibana", markup=False)


COMMANDS = (kibana,)
