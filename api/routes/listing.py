"""The query parameters that lists and rankings share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from api.desk import ListQuery

_FURTHEST = 10_000_000
"""Well inside what a database can count; nobody pages that far."""

TopK = Annotated[int, Query(ge=1, le=200, description="最多返回多少条")]


def list_query(
    text: Annotated[str, Query(max_length=200, description="在编号、名称、单位和说明中查找")] = "",
    industry: Annotated[str, Query(max_length=200, description="行业，须完全相同")] = "",
    region: Annotated[str, Query(max_length=200, description="地区，包含即可")] = "",
    status: Annotated[str, Query(max_length=64, description="状态，须完全相同")] = "",
    batch: Annotated[str, Query(max_length=500, description="批次，须完全相同")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="每页条数")] = 20,
    offset: Annotated[int, Query(ge=0, le=_FURTHEST, description="从第几条开始，0 为第一条")] = 0,
) -> ListQuery:
    """The parameters of a list, checked by the framework."""
    return ListQuery(text, industry, region, status, batch, limit, offset)


Listing = Annotated[ListQuery, Depends(list_query)]
