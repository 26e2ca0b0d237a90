"""LitServe around a pickled scikit-learn classifier: ``python serve_litserve.py MODEL PORT``."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import litserve
import numpy as np
import sklearn

SETTINGS = "LitServe, one worker on the processor, no batching"


class Digits(litserve.LitAPI):
    def __init__(self, model: str) -> None:
        super().__init__()
        self._model = model

    def setup(self, device: str) -> None:
        sklearn.set_config(assume_finite=True, skip_parameter_validation=True)
        self._network = pickle.loads(Path(self._model).read_bytes())

    def decode_request(self, request):  # LitServe would take a quoted type for one of FastAPI
        return np.asarray(request["rows"], np.float32) / np.float32(255)

    def predict(self, rows: Any) -> Any:
        return self._network.predict_proba(rows)

    def encode_response(self, shares: Any) -> dict[str, Any]:
        return {"classes": shares.argmax(axis=1).tolist(), "confidences": shares.max(axis=1).tolist()}


def main(model: str, port: int) -> None:
    server = litserve.LitServer(Digits(model), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=port, log_level="critical", generate_client_file=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
