"""Networks with scikit-learn's habits: `NetworkClassifier` and `NetworkRegressor`. The extra ``sklearn`` brings it."""

try:
    import sklearn as _sklearn  # noqa: F401
except ModuleNotFoundError:
    raise ImportError(
        "glassnet's estimators need scikit-learn, which is not installed: pip install 'glassnet[sklearn]'"
    ) from None

from .classifier import NetworkClassifier
from .regressor import NetworkRegressor

__all__ = ["NetworkClassifier", "NetworkRegressor"]
