"""Words of the service's page."""

from __future__ import annotations

SERVICE_WORDS: dict[str, str] = {
    "service": "glassnet service",
    "lead_one": "Predictions and explanations of the model {name} over HTTP.",
    "lead": "Predictions and explanations of {count} models over HTTP.",
    "language": "中文",
    "contents": "Contents",
    "models": "Models",
    "model": "model",
    "layers": "layers",
    "inputs": "inputs",
    "outputs": "outputs",
    "hash": "hash",
    "loaded": "loaded (UTC)",
    "image": "image of {rows} × {columns}",
    "numbers": "{features} numbers",
    "columns": "{count} columns: {names}",
    "not_reloaded": "The file has changed and cannot be loaded; the model from before is used: {problem}",
    "requests": "Requests",
    "requests_text": (
        "The commands run as they are. An image or a row is that of the model; “-v” shows headers and status."
    ),
    "token_text": "Write the token in place of TOKEN.",
    "predict": (
        "Predict: rows in JSON or CSV, an image, or a photo of handwriting. A form with one file also works "
        "(curl -F file=@rows.csv)."
    ),
    "explain": (
        "Explain one prediction: how much each input and hidden node adds to it, and the nearest change of the row "
        "with another answer."
    ),
    "infer": "The Open Inference Protocol, version 2, as KServe and Triton speak it; binary tensors also work.",
    "metadata": "Inputs and outputs of the model.",
    "ready": "Whether the service is ready; /v2/health/live tells whether it runs.",
    "metrics": "Metrics for Prometheus.",
    "openapi": "All of this for programs (OpenAPI 3.1).",
    "limits": "Limits",
    "limit": "limit",
    "value": "value",
    "status": "status",
    "max_body": "bytes of a body, also after decompression",
    "max_rows": "rows of a request",
    "timeout": "seconds for an answer",
    "max_waiting": "requests that wait for a processor",
    "slow": "seconds for the head of a request; the body has {body:g} more, and one for each {rate:,} bytes",
    "connections": "open connections",
    "errors": "Errors",
    "errors_text": (
        "An error is JSON with a code and a message, which is Chinese if the request has Accept-Language: zh. Codes of "
        "rows and models are those of the command line, with status 422."
    ),
    "code": "code",
    "meaning": "meaning",
    "written_by": "glassnet {version}.",
    "mnist_notice": "The digit in the examples is from MNIST, © Yann LeCun and Corinna Cortes, CC BY-SA 3.0.",
}
