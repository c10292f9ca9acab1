"""All that is fuzzed."""

from ptm_fuzz_readers import FILES, OBJECTS
from ptm_fuzz_reports import REPORTS
from ptm_fuzz_spellings import SPELLINGS

TARGETS = [*FILES, *OBJECTS, *SPELLINGS, *REPORTS]
