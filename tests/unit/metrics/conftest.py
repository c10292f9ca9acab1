"""Settings of Hypothesis for tests that call scikit-learn."""

from hypothesis import settings

# A busy machine takes longer than 200 ms now and then, and that is no fault of ours.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
