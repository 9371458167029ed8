"""Answers that are not sent again to who has them: ETag and If-None-Match (RFC 9110)."""

from hashlib import sha256
from typing import Any

from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

from oms.core.api.renderers import json_bytes


def tagged(request: Request, data: dict[str, Any], *, apart: tuple[str, ...] = ()) -> Response:
    """`data` with its ETag, or 304 where the caller holds the same.

    `apart` names members that may differ in the same answer ("as_of"): the tag is weak.
    """
    content = {name: value for name, value in data.items() if name not in apart}
    tag = f'W/"{sha256(json_bytes(content)).hexdigest()[:32]}"'
    held = parse_etags(request.headers.get("If-None-Match", ""))
    same = "*" in held or tag in held
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    return Response(None if same else data, status=304 if same else 200, headers=headers)
