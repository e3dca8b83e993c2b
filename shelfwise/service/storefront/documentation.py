"""The API's documentation as one page of our own, made of its OpenAPI document; it loads nothing from elsewhere."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from shelfwise.service.storefront.render import Renderer


def documentation(app: FastAPI, renderer: Renderer, request: Request) -> Response:
    """The page at /docs."""
    document = app.openapi()
    schemas = {name: _indented(schema) for name, schema in document["components"]["schemas"].items()}
    return renderer.page(
        request, "docs.html", info=document["info"], groups=_groups(document), schemas=schemas, base=request.base_url
    )


def _groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["other"])[0]
            groups.setdefault(tag, []).append(_operation(path, method, operation))
    return groups


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return {
        "method": method.upper(),
        "path": path,
        "text": operation.get("description", ""),
        "parameters": [_parameter(parameter) for parameter in operation.get("parameters", [])],
        "body": body.get("$ref", "").rpartition("/")[2],
        "answers": [_answer(status, answer) for status, answer in sorted(operation["responses"].items())],
    }


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter["schema"]
    kinds = [schema, *schema.get("anyOf", [])]
    types = [kind["type"] for kind in kinds if kind.get("type") not in {None, "null"}]
    limits = {key: value for kind in kinds for key, value in kind.items() if key in _LIMITS}
    return {
        "name": parameter["name"],
        "required": parameter.get("required", False),
        "type": " | ".join(types),
        "text": parameter.get("description", ""),
        "limits": ", ".join(f"{key} {value}" for key, value in limits.items()),
    }


_LIMITS = ("default", "minimum", "maximum", "minLength", "maxLength", "maxItems", "enum")


def _answer(status: str, answer: dict[str, Any]) -> tuple[str, str, str]:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return status, answer.get("description", ""), schema.get("$ref", "").rpartition("/")[2]


def _indented(schema: dict[str, Any]) -> str:
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode()
