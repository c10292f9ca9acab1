"""`assert_*`: evaluate, judge, record, and fail the test or return the Result."""
