"""A module as small as one can be, installed in the tests only: tasks that somebody has to do, which a leaver hands
over and of which a substitute receives the new ones. Real modules register theirs in the same way."""
