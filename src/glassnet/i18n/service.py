"""Words of the service's page, in English and in Chinese."""

from __future__ import annotations

SERVICE_WORDS: dict[str, tuple[str, str]] = {
    "service": ("glassnet service", "glassnet 服务"),
    "lead_one": (
        "Predictions and explanations of the model {name} over HTTP.",
        "通过 HTTP 使用模型 {name} 的预测与解释。",
    ),
    "lead": (
        "Predictions and explanations of {count} models over HTTP.",
        "通过 HTTP 使用 {count} 个模型的预测与解释。",
    ),
    "language": ("中文", "English"),
    "contents": ("Contents", "目录"),
    "models": ("Models", "模型"),
    "model": ("model", "模型"),
    "layers": ("layers", "各层"),
    "inputs": ("inputs", "输入"),
    "outputs": ("outputs", "输出"),
    "hash": ("hash", "哈希"),
    "loaded": ("loaded (UTC)", "载入时间（UTC）"),
    "image": ("image of {rows} × {columns}", "{rows} × {columns} 的图像"),
    "numbers": ("{features} numbers", "{features} 个数"),
    "columns": ("{count} columns: {names}", "{count} 列：{names}"),
    "not_reloaded": (
        "The file has changed and cannot be loaded; the model from before is used: {problem}",
        "文件已改变但无法载入，仍使用之前的模型：{problem}",
    ),
    "requests": ("Requests", "请求"),
    "requests_text": (
        "The commands run as they are. An image or a row is that of the model; “-v” shows headers and status.",
        "这些命令可以直接运行，其中的图像或数据行适用于该模型；加上“-v”可显示响应头和状态码。",
    ),
    "token_text": ("Write the token in place of TOKEN.", "请把 TOKEN 换成令牌。"),
    "predict": (
        "Predict: rows in JSON or CSV, an image, or a photo of handwriting. A form with one file also works "
        "(curl -F file=@rows.csv).",
        "预测：JSON 或 CSV 的数据行、图像或手写照片；也可用带一个文件的表单（curl -F file=@rows.csv）。",
    ),
    "explain": (
        "Explain one prediction: how much each input and hidden node adds to it, and the nearest change of the row "
        "with another answer.",
        "解释一个预测：每个输入和隐藏节点各贡献多少，以及怎样最小地改变这一行会得到另一个回答。",
    ),
    "infer": (
        "The Open Inference Protocol, version 2, as KServe and Triton speak it; binary tensors also work.",
        "Open Inference Protocol 第 2 版，与 KServe、Triton 相同；也支持二进制张量。",
    ),
    "metadata": ("Inputs and outputs of the model.", "模型的输入与输出。"),
    "ready": (
        "Whether the service is ready; /v2/health/live tells whether it runs.",
        "服务是否就绪；/v2/health/live 表示是否在运行。",
    ),
    "metrics": ("Metrics for Prometheus.", "供 Prometheus 读取的指标。"),
    "openapi": ("All of this for programs (OpenAPI 3.1).", "供程序读取的完整描述（OpenAPI 3.1）。"),
    "limits": ("Limits", "限制"),
    "limit": ("limit", "限制"),
    "value": ("value", "值"),
    "status": ("status", "状态码"),
    "max_body": ("bytes of a body, also after decompression", "请求体的字节数，解压后同样计算"),
    "max_rows": ("rows of a request", "一次请求的行数"),
    "timeout": ("seconds for an answer", "回答用时（秒）"),
    "max_waiting": ("requests that wait for a processor", "等待处理器的请求数"),
    "slow": (
        "seconds for the head of a request; the body has {body:g} more, and one for each {rate:,} bytes",
        "请求头的接收用时（秒）；请求体另有 {body:g} 秒，每收到 {rate:,} 字节再加一秒",
    ),
    "connections": ("open connections", "打开的连接数"),
    "errors": ("Errors", "错误"),
    "errors_text": (
        "An error is JSON with a code and a message, which is Chinese if the request has Accept-Language: zh. Codes of "
        "rows and models are those of the command line, with status 422.",
        "错误以 JSON 给出代码和消息；请求带有 Accept-Language: zh 时消息为中文。"
        "数据行与模型的代码与命令行相同，状态码为 422。",
    ),
    "code": ("code", "代码"),
    "meaning": ("meaning", "含义"),
    "written_by": ("glassnet {version}.", "glassnet {version}。"),
    "mnist_notice": (
        "The digit in the examples is from MNIST, © Yann LeCun and Corinna Cortes, CC BY-SA 3.0.",
        "示例中的数字来自 MNIST，© Yann LeCun 与 Corinna Cortes，CC BY-SA 3.0。",
    ),
}
