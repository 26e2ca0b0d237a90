"""FastAPI on uvicorn around a pickled scikit-learn classifier: ``python serve_fastapi.py MODEL PORT``."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import numpy as np
import sklearn
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

SETTINGS = "FastAPI, a coroutine, one uvicorn process without access log; pydantic checks the rows"


class Rows(BaseModel):
    rows: list[list[float]]


def main(model: str, port: int) -> None:
    sklearn.set_config(assume_finite=True, skip_parameter_validation=True)
    network, app = pickle.loads(Path(model).read_bytes()), FastAPI()

    @app.post("/predict")
    async def predict(given: Rows) -> dict[str, list[float]]:
        shares = network.predict_proba(np.asarray(given.rows, np.float32) / np.float32(255))
        return {"classes": shares.argmax(axis=1).tolist(), "confidences": shares.max(axis=1).tolist()}

    uvicorn.run(app, port=port, log_level="critical", access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
