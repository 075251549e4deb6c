"""HTTP requests and answers as the objects that travel inside queries."""

import json

from . import tl


def header_list(headers):
    return [tl.Object("http.header", name=name, value=value) for name, value in headers]


def header(message, name):
    """The value of a header, by any capitalisation; None without it."""
    for one in message.headers:
        if one.name.lower() == name.lower():
            return one.value
    return None


def request(body, path="/v1/chat/completions", method="POST", headers=()):
    """An http.request; the body is a JSON value or bytes."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    all_headers = [("Content-Type", "application/json"), *headers, ("Content-Length", str(len(payload)))]
    return tl.Object("http.request", method=method, url=path, http_version="HTTP/1.0",
                     headers=header_list(all_headers), payload=payload)


def response(status, payload, content_type="application/json", headers=(), complete=True):
    """An http.response; of one that is not complete, the body follows in parts."""
    size = [("Content-Length", str(len(payload)))] if complete else [("Transfer-Encoding", "chunked")]
    reasons = {200: "OK", 400: "Bad Request", 404: "Not Found", 500: "Internal Server Error"}
    return tl.Object("http.response", http_version="HTTP/1.1", status_code=status,
                     reason=reasons.get(status, "Status"),
                     headers=header_list([("Content-Type", content_type), *headers, *size]), payload=payload)


def chat(text, model, **members):
    return {"model": model, "messages": [{"role": "user", "content": text}], **members}
