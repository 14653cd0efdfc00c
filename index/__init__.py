"""Entries in; ranked hits out."""

import os

# Once imported, onnxruntime gives this machine a number and reports to its maker; this keeps it from either.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
