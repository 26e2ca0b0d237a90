"""scikit-learn compatible estimators: `NetworkClassifier` and `NetworkRegressor`. Needs the extra ``sklearn``."""

try:
    import sklearn as _sklearn  # noqa: F401
except ModuleNotFoundError:
    raise ImportError(
        "glassnet's estimators need scikit-learn, which is not installed: pip install 'glassnet[sklearn]'"
    ) from None

from .classifier import NetworkClassifier
from .expected import expected_failed_checks
from .regressor import NetworkRegressor

__all__ = ["NetworkClassifier", "NetworkRegressor", "expected_failed_checks"]
