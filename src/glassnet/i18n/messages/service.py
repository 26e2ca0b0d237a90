"""Chinese of the messages of the service; holes of the English sentence have names in braces."""

MESSAGES: dict[str, str] = {
    # starting
    "--host {host}: cannot be used ({why}).": "--host {host}：无法使用（{why}）。",
    "{path}: the model's name would be {name}, as that of {other}. Rename one.": (
        "{path}：模型的名称会是 {name}，与 {other} 相同。请给其中一个文件改名。"
    ),
    "--token: expected letters, digits and -._~+/ only, such as a long random word.": (
        "--token：只能有字母、数字和 -._~+/，例如一个长的随机词。"
    ),
    # who may ask for what
    "{path}: no such address.": "{path}：没有这个地址。",
    "{path}: method {method}, expected {names}.": "{path}：方法为 {method}，应为 {names}。",
    "Host {host}: not a name of this service.": "Host {host}：不是此服务的名称。",
    "The request comes from a page of another site. Use --token.": "请求来自其他网站的页面。请使用 --token。",
    "The header 'Authorization: Bearer TOKEN' is missing, or has another token.": (
        "缺少请求头 'Authorization: Bearer TOKEN'，或令牌不符。"
    ),
    "No model {name}. The models are {names}.": "没有模型 {name}。现有模型：{names}。",
    "Name the model with ?model=NAME. The models are {names}.": "请用 '?model=NAME' 指明模型。现有模型：{names}。",
    # limits
    "Not enough memory. Send fewer rows.": "内存不足。请减少行数。",
    "The request takes too long. Send fewer rows at once.": "请求用时过长。请减少每次的行数。",
    "Too many requests are waiting. Try again later.": "等待的请求过多。请稍后再试。",
    "Too many large requests. Try again later.": "大的请求过多。请稍后再试。",
    "The body has more than {bytes} bytes. Send fewer rows at once.": ("请求体超过 {bytes} 字节。请减少每次的行数。"),
    "The body has more than {bytes} bytes when decompressed. Send fewer rows at once.": (
        "请求体解压后超过 {bytes} 字节。请减少每次的行数。"
    ),
    # the form of a request
    "Content-Encoding {encoding}: expected gzip or deflate.": "Content-Encoding {encoding}：应为 gzip 或 deflate。",
    "The body is not valid {encoding} data.": "请求体不是有效的 {encoding} 数据。",
    "The {encoding} data of the body end too early.": "请求体的 {encoding} 数据不完整。",
    "The body is not valid JSON ({why}).": "请求体不是有效的 JSON（{why}）。",
}
