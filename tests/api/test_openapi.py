"""The OpenAPI document is complete: every operation says what it does, shows an example and names its errors."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from api.auth import rules
from api.schemas.ranking import MatchIn
from api.schemas.records import DemandIn, SolutionIn
from api.schemas.service import KeyIn

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def document(service: Any) -> dict[str, Any]:
    found: dict[str, Any] = service.client.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(m, path, item[m]) for path, item in document["paths"].items() for m in METHODS if m in item]


def test_every_guarded_route_is_documented(service: Any, document: dict[str, Any]) -> None:
    documented = {(method.upper(), path) for method, path, _ in operations(document)}
    api = ("/api/", "/metrics")
    wanted = {
        key for key, permission in rules(service.app).items() if permission is not None and key[1].startswith(api)
    }
    assert documented - wanted == {("GET", "/livez"), ("GET", "/readyz"), ("GET", "/healthz")}
    assert wanted <= documented


def test_every_operation_is_described_in_chinese(document: dict[str, Any]) -> None:
    seen = set()
    for method, path, operation in operations(document):
        for part in ("summary", "description"):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in operation[part]), (method, path, part)
        assert len(operation["tags"]) == 1
        assert operation["operationId"] not in seen
        seen.add(operation["operationId"])
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (path, parameter["name"])


def test_every_operation_names_its_errors(service: Any, document: dict[str, Any]) -> None:
    needs = rules(service.app)
    for method, path, operation in operations(document):
        answers = operation["responses"]
        failures = {status for status in answers if int(status) >= 400}
        if needs[method.upper(), path] is None:
            assert "500" in failures
            continue
        assert {"401", "403", "422", "429", "500", "503"} <= failures, (method, path)
        assert needs[method.upper(), path] in answers["403"]["description"]
        assert operation["security"] == [{"ApiKey": []}]
        if "requestBody" in operation:
            assert {"400", "408", "413"} <= failures, (method, path)
        for status in failures:
            content = answers[status]["content"]["application/json"]
            assert content["schema"] == {"$ref": "#/components/schemas/ErrorOut"}
            assert content["example"]["error"]["message"]


def test_every_body_has_an_example_that_the_models_accept(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    readers: dict[str, Any] = {"DemandIn": DemandIn, "SolutionIn": SolutionIn, "KeyIn": KeyIn}
    readers |= dict.fromkeys(("MatchDemandIn", "MatchSolutionIn"), MatchIn)
    for name, model in readers.items():
        assert schemas[name]["examples"], name
        for example in schemas[name]["examples"]:
            TypeAdapter(model).validate_python(example)
    for name in ("DemandFields", "SolutionFields"):
        assert schemas[name]["examples"]
    assert all(
        schema.get("additionalProperties") is False
        for name, schema in schemas.items()
        if "properties" in schema and not name.startswith("Body_")
    )


def test_examples_work_as_they_stand(service: Any, document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for example in schemas["MatchDemandIn"]["examples"] + schemas["MatchSolutionIn"]["examples"]:
        assert service.call("POST", "/api/v1/match", json=example).status_code == 200


def test_no_answer_model_holds_a_contact(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        if name.endswith(("Out", "Card", "Page", "Filed", "Ranking", "Match")) and name != "ContactOut":
            assert not {"contact", "phone", "person", "email"} & schema["properties"].keys(), name
