"""Chinese of the messages about Ray clusters."""

MESSAGES: dict[str, str] = {
    "--ray {address}: this process is already connected to another Ray cluster. Use auto, or call ray.shutdown() "
    "first.": "--ray {address}：本进程已连接到另一个 Ray 集群。请使用 auto，或先调用 ray.shutdown()。",
    "--ray auto: no Ray cluster is running here. Start one with `ray start --head`, name its ADDRESS, or use local.": (
        "--ray auto：这里没有正在运行的 Ray 集群。请用 `ray start --head` 启动一个，给出其 ADDRESS，或使用 local。"
    ),
    "--ray {address}: the cluster requires a token. Set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN_PATH unless the token "
    "is in ~/.ray.": (
        "--ray {address}：集群需要令牌。请设置 'RAY_AUTH_MODE=token'；"
        "令牌不在 '~/.ray' 中时，再设置 'RAY_AUTH_TOKEN_PATH'。"
    ),
    "--ray {address}: Ray cannot be used ({why}).": "--ray {address}：无法使用 Ray（{why}）。",
    "--ray {address}: expected auto, local, or an address as host:6379 or ray://host:10001.": (
        "--ray {address}：应为 auto、local，或形如 'host:6379'、'ray://host:10001' 的地址。"
    ),
    "--ray {address}: no Ray cluster answers ({why}).": "--ray {address}：没有 Ray 集群应答（{why}）。",
    "--ray {address}: what answers there is not a Ray cluster.": "--ray {address}：在那里应答的不是 Ray 集群。",
    "The worker on {node} differs (there ≠ here): {differences}. All machines need the same versions and kind of "
    "processor.": "{node} 上的工作进程不同（那里 ≠ 这里）：{differences}。所有机器须有相同的版本和同类的处理器。",
    "A task was lost with its machine ({reason}). If the cluster has ended, start another.": (
        "一项任务随其机器丢失（{reason}）。如果集群已结束，请启动另一个。"
    ),
}
