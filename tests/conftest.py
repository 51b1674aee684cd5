"""Profiles of hypothesis: `ci` gives the same examples on every run, HYPOTHESIS_PROFILE=thorough many more, anew."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=SLOW, database=None)
settings.register_profile("thorough", max_examples=3_000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
